"""The ops page: is the house all right, worker queue by worker queue, edition by edition; and its buttons."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts.roles import Step
from newsletter.delivery import settling, steering
from newsletter.delivery.models import Batch, BatchState, Dispatch, DispatchState
from newsletter.delivery.progress import progress
from newsletter.editions.models import State
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.ops.status import Standing, status
from newsletter.ops.verdict import STALE, Level
from newsletter.web.forms import PlainForm
from newsletter.web.permission import DeskRequest, needs
from newsletter.web.runbook import runbook
from newsletter.web.states import standing

TONES = {Level.WELL: "good", Level.BUSY: "warn", Level.BROKEN: "bad"}
FATES = {
    "accepted": (settling.count_as_accepted, "counts as accepted"),
    "again": (settling.send_again, "is sent again"),
}
UNCERTAIN_SHOWN = 10


class StopForm(PlainForm):
    reason = forms.CharField(label="Why?", max_length=400)


@require_safe
@needs(Step.OPERATE)
def ops(request: DeskRequest) -> HttpResponse:
    """The page; for htmx only its part that changes, which the page includes."""
    now = clock.now()
    seen = status(now=now)
    context = {
        "status": seen,
        "tone": TONES[seen.verdict.level],
        "busy": seen.verdict.level == Level.BUSY,
        "rows": [(row, standing(row.edition, now=now)) for row in sorted(seen.editions, key=_urgency)],
        "stale": [queue.name for queue in seen.queues if queue.read_at is None or now - queue.read_at > STALE],
        "shown": UNCERTAIN_SHOWN,
        "runbook": runbook(),
        "now": now,
    }
    return render(request, "web/ops/_now.html" if request.htmx else "web/ops/ops.html", context)


@require_POST
@needs(Step.OPERATE)
def pause(request: DeskRequest, dispatch_id: int) -> HttpResponse:
    dispatch = get_object_or_404(Dispatch, pk=dispatch_id)
    try:
        steering.pause(dispatch, reason=f"Paused by {request.user}.")
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Paused. A call already begun is finished; nothing more is sent until you resume.")
    return redirect("ops")


@require_POST
@needs(Step.OPERATE)
def resume(request: DeskRequest, dispatch_id: int) -> HttpResponse:
    dispatch = get_object_or_404(Dispatch, pk=dispatch_id)
    try:
        steering.resume(dispatch)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Resumed. Refused batches are offered to the provider again.")
    return redirect("ops")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Step.OPERATE)
def stop(request: DeskRequest, dispatch_id: int) -> HttpResponse:
    """Asks for a reason, then ends a dispatch for good."""
    dispatch = get_object_or_404(Dispatch.objects.select_related("edition__publication"), pk=dispatch_id)
    form = StopForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            steering.stop(dispatch, reason=form.cleaned_data["reason"], now=clock.now())
        except NewsletterError as error:
            form.blame(error)
        else:
            messages.success(request, "Stopped. Nothing more of this edition is sent.")
            return redirect("ops")
    context = {
        "form": form,
        "dispatch": dispatch,
        "progress": progress(dispatch),
        "edition": dispatch.edition,
        "publication": dispatch.edition.publication,
    }
    return render(request, "web/ops/stop.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Step.OPERATE)
def settle(request: DeskRequest, batch_id: int, fate: str) -> HttpResponse:
    """An uncertain batch: what is known of it, and a person's word on it: `accepted` or `again`."""
    if fate not in FATES:
        raise Http404
    batches = Batch.objects.select_related("dispatch__edition__publication").defer("subscribers")
    batch = get_object_or_404(batches, pk=batch_id)
    if request.method == "POST":
        verb, done = FATES[fate]
        try:
            verb(batch, by=str(request.user), now=clock.now())
        except NewsletterError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Batch {batch.number} {done}.")
        return redirect("ops")
    context = {
        "batch": batch,
        "edition": batch.dispatch.edition,
        "publication": batch.dispatch.edition.publication,
        "fate": fate,
        "is_uncertain": batch.state == BatchState.UNCERTAIN,
        "attempts": list(batch.attempts.order_by("ordinal")),
    }
    return render(request, "web/ops/settle.html", context)


def _urgency(row: Standing) -> int:
    """What is being sent stands first, then what is ahead, then what is over."""
    if row.dispatch and row.dispatch.state not in (DispatchState.FINISHED, DispatchState.STOPPED):
        return 0
    return 2 if row.edition.state in (State.DISPATCHED, State.CANCELLED) else 1
