"""The notices of the signed-in person, read and unread, each with a button to where one acts."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from newsletter.lib import clock
from newsletter.notices import read_notices
from newsletter.notices.kind_names import NoticeKind
from newsletter.notices.kinds import KINDS
from newsletter.notices.models import NoticeRecipient
from newsletter.web.shared.permission_required import DeskRequest, permission_required

SHOWN = 30  # on a page
MAX_ID = 2**63  # ids in the database are below it


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required()
def listing(request: DeskRequest) -> HttpResponse:
    """Show the notices, the newest first; mark all as read."""
    user, now = request.user, clock.now()
    if request.method == "POST":
        count = read_notices.mark(user, None, is_read=True, now=now)
        messages.success(request, "All notices are read." if count else "There was no unread notice.")
        return redirect("notices")
    only_unread = request.GET.get("show") == "unread"
    rows = read_notices.notices_of(user)
    if only_unread:
        rows = rows.filter(read_at=None)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(notice_id__lt=int(before))
    found = list(rows.order_by("-notice_id")[: SHOWN + 1])
    pauses = read_notices.pauses_now(now=now) if any(_is_open(row) for row in found) else []
    zone = ZoneInfo(user.time_zone)
    context: dict[str, Any] = {
        "rows": [
            {
                "row": row,
                "notice": row.notice,
                "kind": KINDS[NoticeKind(row.notice.kind)].label,
                "at": row.notice.happened_at.astimezone(zone),
                "consequence": read_notices.consequence(row.notice, pauses=pauses, now=now),
                "over_at": row.notice.ended_at.astimezone(zone)
                if row.notice.ended_at and row.notice.ended_at > row.notice.happened_at
                else None,
            }
            for row in found[:SHOWN]
        ],
        "older": found[SHOWN - 1].notice_id if len(found) > SHOWN else None,
        "only_unread": only_unread,
        "unread": read_notices.count_unread(user),
        "zone": user.time_zone,
    }
    return render(request, "web/site/notices.html", context)


@require_POST
@permission_required()
def change(request: DeskRequest, notice_id: int) -> HttpResponse:
    """Mark one notice as read or unread, or as read and go to where one acts."""
    row = read_notices.notices_of(request.user).filter(notice=notice_id).first() if notice_id < MAX_ID else None
    if row is None:
        raise Http404
    chosen = request.POST.get("do", "")
    read_notices.mark(request.user, [notice_id], is_read=chosen != "unread", now=clock.now())
    if chosen == "open":
        return HttpResponseRedirect(row.path)
    back = request.POST.get("back", "")
    return HttpResponseRedirect(back) if back.startswith("/notices/") else redirect("notices")


def _is_open(row: NoticeRecipient) -> bool:
    return row.notice.ended_at is None and row.notice.edition_id is not None
