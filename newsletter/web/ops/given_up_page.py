"""The pages of work that was given up: a list by kind, and the questions before it is tried again or discarded."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.ops.given_up import act_on_given_up
from newsletter.ops.given_up.act_on_given_up import given_up_of, given_up_work
from newsletter.ops.given_up.kinds_of_work import BY_CODE
from newsletter.web.shared.permission_required import DeskRequest, permission_required

WAYS = {
    "retry": (act_on_given_up.retry, "will be tried again"),
    "discard": (act_on_given_up.discard, "discarded"),
}


@require_safe
@permission_required(Permission.OPERATE, for_all=True)
def listing(request: DeskRequest) -> HttpResponse:
    """List what was given up, by kind."""
    return render(request, "web/ops/given_up.html", {"found": given_up_work(now=clock.now())})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.OPERATE, for_all=True)
def decide(request: DeskRequest, kind: str, way: str, row: int | None = None) -> HttpResponse:
    """Say what will happen, then try one row of a kind again or discard it; without `row`, all of the kind."""
    work = BY_CODE.get(kind)
    if work is None or way not in WAYS or (way == "discard" and work.discard is None):
        raise Http404
    now = clock.now()
    if request.method == "POST":
        act, result = WAYS[way]
        try:
            count = act(work, row, by=request.user, now=now)
        except NewsletterError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{count:,} {work.singular if count == 1 else work.name}: {result}.")
        return redirect("given-up")
    context = {
        "work": work,
        "way": way,
        "found": given_up_of(work, row, now=now),
        "is_all": row is None,
        "most": act_on_given_up.MAX_ROWS,
    }
    return render(request, "web/ops/decide_given_up.html", context)
