"""Readers who did not receive an edition: a page and a CSV download for ops."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.delivery.dispatches import control_dispatch, split_batch
from newsletter.delivery.ledger import missing_readers
from newsletter.delivery.ledger.missing_readers import MissingState
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Dispatch
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.web import csv_download
from newsletter.web.shared.identity_confirmation import identity_confirmed
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404

PAGE_SIZE = 100  # readers


@require_safe
@permission_required(Permission.OPERATE)
def page(request: DeskRequest, dispatch_id: int) -> HttpResponse:
    """List the readers. `?state=` filters by state, `?page=` selects a page."""
    dispatch = _dispatch(request, dispatch_id)
    only = _state(request)
    number = whole_number(request.GET.get("page", "")) or 1
    counts = missing_readers.missing_counts(dispatch)
    whole = counts[only] if only else sum(counts.values())
    pages = max(1, -(-whole // PAGE_SIZE))
    number = min(max(1, number), pages)
    context = {
        "dispatch": dispatch,
        "edition": dispatch.edition,
        "publication": dispatch.edition.publication,
        "progress": progress(dispatch),
        "counts": counts,
        "only": only,
        "whole": whole,
        "found": missing_readers.page(dispatch, only=only, start=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE),
        "number": number,
        "pages": pages,
        "refused_alone": split_batch.count_single_refusals(dispatch).count(),
    }
    return render(request, "web/ops/missing_readers.html", context)


@require_safe
@permission_required(Permission.OPERATE)
@identity_confirmed()
def file(request: DeskRequest, dispatch_id: int) -> FileResponse:
    """Download all of them, or those of `?state=`, as CSV."""
    dispatch = _dispatch(request, dispatch_id)
    if dispatch.final_at:
        raise Http404  # only numbers are left; the page says so
    lines = missing_readers.lines(missing_readers.missing_readers(dispatch, only=_state(request)))
    answer = csv_download.respond(lines, filename=f"missing-edition-{dispatch.edition_id}.csv")
    what = f"who did not get edition {dispatch.edition_id}"
    audit_trail.record(request.user, Act.READERS_EXPORTED, dispatch.edition.publication, what=what)
    return answer


@require_POST
@permission_required(Permission.OPERATE)
def leave_out(request: DeskRequest, dispatch_id: int) -> HttpResponse:
    """Exclude readers who were refused because of their own address or name."""
    dispatch = _dispatch(request, dispatch_id)
    try:
        count = control_dispatch.leave_out_refused(dispatch, by=request.user, now=clock.now())
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        who = "1 refused reader is" if count == 1 else f"{count:,} refused readers are"
        messages.success(request, f"{who} excluded from this edition.")
    return redirect("missing", dispatch.pk)


def _state(request: DeskRequest) -> MissingState | None:
    value = request.GET.get("state", "")
    if not value:
        return None
    try:
        return MissingState(value)
    except ValueError:
        raise Http404 from None


def _dispatch(request: DeskRequest, dispatch_id: int) -> Dispatch:
    return permitted_or_404(request, Dispatch.objects.select_related("edition__publication"), pk=dispatch_id)
