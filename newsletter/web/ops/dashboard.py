"""The ops page: is the house all right, worker queue by worker queue, edition by edition; and its buttons."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts.permissions import Permission, has_permission
from newsletter.delivery.dispatches import control_dispatch, settle_batch
from newsletter.delivery.dispatches.delay_reasons import delay_of
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Batch, BatchState, Dispatch, DispatchState
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.editions.models import State
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.ops.health import STALE_AFTER, Level
from newsletter.ops.system_status import EditionStatus, status
from newsletter.web.ops.runbook import runbook
from newsletter.web.shared.edition_status import standing
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.permission_required import DeskRequest, permission_required

TONES = {Level.WELL: "good", Level.BUSY: "warn", Level.BROKEN: "bad"}
FATES = {
    "accepted": (settle_batch.count_as_accepted, "counts as accepted"),
    "again": (settle_batch.send_again, "is sent again"),
}
BATCHES_SHOWN = 10


class StopForm(PlainForm):
    reason = forms.CharField(label="Why?", max_length=400)


@require_safe
@permission_required(Permission.OPERATE)
def ops(request: DeskRequest) -> HttpResponse:
    """The page; for htmx only its part that changes, which the page includes."""
    now = clock.now()
    seen = status(now=now)
    context = {
        "status": seen,
        "tone": TONES[seen.verdict.level],
        "busy": seen.verdict.level == Level.BUSY,
        "rows": [(row, standing(row.edition, now=now)) for row in sorted(seen.editions, key=_urgency)],
        "stale": [queue.name for queue in seen.queues if queue.read_at is None or now - queue.read_at > STALE_AFTER],
        "shown": BATCHES_SHOWN,
        "runbook": runbook(),
        "now": now,
    }
    return render(request, "web/ops/_dashboard.html" if request.htmx else "web/ops/dashboard.html", context)


@require_POST
@permission_required(Permission.OPERATE, Permission.APPROVE)
def pause(request: DeskRequest, dispatch_id: int) -> HttpResponse:
    dispatch = get_object_or_404(Dispatch, pk=dispatch_id)
    try:
        control_dispatch.pause(dispatch, reason="", by=request.user)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        said = "Paused. A call already begun is finished; nothing more is sent until you resume."
        if dispatch.leaves_at:
            said += " What is submitted ahead leaves at its time, unless you stop it."
        messages.success(request, said)
    return _back(request, dispatch)


@require_POST
@permission_required(Permission.OPERATE, Permission.APPROVE)
def resume(request: DeskRequest, dispatch_id: int) -> HttpResponse:
    dispatch = get_object_or_404(Dispatch, pk=dispatch_id)
    try:
        control_dispatch.resume(dispatch, by=request.user)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Resumed. Refused batches are offered to the provider again.")
    return _back(request, dispatch)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.OPERATE, Permission.APPROVE)
def stop(request: DeskRequest, dispatch_id: int) -> HttpResponse:
    """Asks for a reason, then ends a dispatch for good."""
    dispatch = get_object_or_404(Dispatch.objects.select_related("edition__publication"), pk=dispatch_id)
    form = StopForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            control_dispatch.stop(dispatch, reason=form.cleaned_data["reason"], by=request.user, now=clock.now())
        except NewsletterError as error:
            form.add_domain_error(error)
        else:
            messages.success(request, f"Stopped. {_called_back(dispatch)}")
            return _back(request, dispatch)
    waits, early = delay_of(dispatch, now=clock.now()), scheduled_sends.scheduled_send_status(dispatch, now=clock.now())
    context = {
        "form": form,
        "dispatch": dispatch,
        "is_from_ops": _is_from_ops(request),
        "ahead": waits.sentences[0] if waits and early else "",
        "can_be_called_back": early is not None and early.stoppable_until is not None,
        "progress": progress(dispatch),
        "edition": dispatch.edition,
        "publication": dispatch.edition.publication,
    }
    return render(request, "web/ops/stop_dispatch.html", context)


@require_POST
@permission_required(Permission.OPERATE)
def retry(request: DeskRequest, batch_id: int) -> HttpResponse:
    """Offer one refused batch again, before all the others or instead of them."""
    batch = get_object_or_404(Batch.objects.defer("subscribers"), pk=batch_id)
    try:
        control_dispatch.retry(batch, by=request.user)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Batch {batch.number} is offered to the provider again.")
    return redirect("ops")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.OPERATE)
def settle(request: DeskRequest, batch_id: int, fate: str) -> HttpResponse:
    """An uncertain batch: what is known of it, and a person's word on it: `accepted` or `again`."""
    if fate not in FATES:
        raise Http404
    batches = Batch.objects.select_related("dispatch__edition__publication").defer("subscribers")
    batch = get_object_or_404(batches, pk=batch_id)
    if request.method == "POST":
        verb, done = FATES[fate]
        try:
            verb(batch, by=request.user, now=clock.now())
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
    return render(request, "web/ops/settle_batch.html", context)


def _back(request: DeskRequest, dispatch: Dispatch) -> HttpResponse:
    return redirect("ops") if _is_from_ops(request) else redirect("edition", dispatch.edition_id)


def _is_from_ops(request: DeskRequest) -> bool:
    """Did this person come from the ops page, and not from the edition's?"""
    return has_permission(request.user, Permission.OPERATE) and request.GET.get("from") != "edition"


def _called_back(dispatch: Dispatch) -> str:
    standing = scheduled_sends.scheduled_send_status(dispatch, now=clock.now())
    if standing is None:
        return "Nothing more of this edition is sent."
    if standing.cancelling:
        return "What was submitted ahead is being cancelled; its page says what was cancelled for certain."
    if standing.submitted:
        return f"Nothing more is submitted. For {standing.submitted:,} readers it is too late."
    return "Nothing of this edition leaves."


def _urgency(row: EditionStatus) -> int:
    """What is being sent stands first, then what is ahead, then what is over."""
    if row.dispatch and row.dispatch.state not in (DispatchState.FINISHED, DispatchState.STOPPED):
        return 0
    return 2 if row.edition.state in (State.DISPATCHED, State.CANCELLED) else 1
