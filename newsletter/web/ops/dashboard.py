"""The ops page: system status, worker queues, editions, and the actions on dispatches and batches."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts.permissions import Permission, has_permission, permitted, permitted_ids
from newsletter.delivery.dispatches import control_dispatch, settle_batch
from newsletter.delivery.dispatches.delay_reasons import delay_of
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Batch, Dispatch
from newsletter.delivery.pause_models import SendingPause
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.states import BatchState, DispatchState
from newsletter.editions.models import EditionState
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.ops.health.judge_workers import STALE_AFTER
from newsletter.ops.health.verdict import Level
from newsletter.ops.queue_history import DAY, SPANS, queue_history
from newsletter.ops.release_starts import release_starts
from newsletter.ops.system_status import EditionStatus, status
from newsletter.web.ops.queue_chart import QueueChart, queue_chart
from newsletter.web.ops.runbook import runbook
from newsletter.web.shared.edition_status import edition_status
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404

TONES = {Level.WELL: "good", Level.BUSY: "warn", Level.BROKEN: "bad"}
DECISIONS = {
    "accepted": (settle_batch.count_as_accepted, "now counts as accepted"),
    "again": (settle_batch.send_again, "will be sent again"),
}
BATCHES_SHOWN = 10
PAUSES_SHOWN = 50  # on the chart


class StopForm(PlainForm):
    """The form for the reason of a stop."""

    reason = forms.CharField(label="Reason", max_length=400)


@require_safe
@permission_required(Permission.OPERATE)
def ops(request: DeskRequest) -> HttpResponse:
    """Show the page; for htmx, only the part that refreshes."""
    now = clock.now()
    ours = permitted_ids(request.user, Permission.OPERATE)
    current = status(now=now, publications=ours)
    paused = {pause.publication_id for pause in current.pauses}
    context = {
        "status": current,
        "tone": TONES[current.verdict.level],
        "busy": current.verdict.level == Level.BUSY,
        "rows": [
            (row, edition_status(row.edition, pauses=current.pauses, now=now))
            for row in sorted(current.editions, key=_urgency)
        ],
        "stale": [queue.name for queue in current.queues if queue.read_at is None or now - queue.read_at > STALE_AFTER],
        "shown": BATCHES_SHOWN,
        "all_paused": None in paused,
        "paused": paused,
        "runbook": runbook(),
        "is_for_all": ours is None,
        "now": now,
    }
    if request.htmx:
        return render(request, "web/ops/_dashboard.html", context)
    return render(request, "web/ops/dashboard.html", context | {"chart": _chart(request, now), "spans": SPANS.values()})


def _chart(request: DeskRequest, now: datetime) -> QueueChart | None:
    """Return the chart of the worker queues, over the span that `?over=` names."""
    span = SPANS.get(request.GET.get("over", ""), DAY)
    steps = queue_history(now=now, span=span)
    start = steps[0].start
    pauses = SendingPause.objects.filter(Q(ended_at=None) | Q(ended_at__gt=start), since__lte=now)
    pauses = pauses.filter(Q(publication=None) | permitted(request.user, Permission.OPERATE))
    shown = list(pauses.select_related("publication").order_by("-since")[:PAUSES_SHOWN])[::-1]
    return queue_chart(steps, shown, release_starts(since=start), now=now, span=span)


@require_POST
@permission_required(Permission.OPERATE, Permission.SEND)
def pause(request: DeskRequest, dispatch_id: int) -> HttpResponse:
    """Pause a dispatch."""
    dispatch = permitted_or_404(request, Dispatch.objects.select_related("edition"), pk=dispatch_id)
    try:
        control_dispatch.pause(dispatch, reason="", by=request.user)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        message = "Paused. Requests in progress finish; nothing more is sent until you resume."
        if dispatch.leaves_at:
            message += " Emails scheduled at the provider are still sent at their time unless you stop the dispatch."
        messages.success(request, message)
    return _back(request, dispatch)


@require_POST
@permission_required(Permission.OPERATE, Permission.SEND)
def resume(request: DeskRequest, dispatch_id: int) -> HttpResponse:
    """Resume a dispatch."""
    dispatch = permitted_or_404(request, Dispatch.objects.select_related("edition"), pk=dispatch_id)
    try:
        control_dispatch.resume(dispatch, by=request.user)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Resumed. Refused batches will be retried.")
    return _back(request, dispatch)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.OPERATE, Permission.SEND)
def stop(request: DeskRequest, dispatch_id: int) -> HttpResponse:
    """Ask for a reason, then stop a dispatch for good."""
    dispatch = permitted_or_404(request, Dispatch.objects.select_related("edition__publication"), pk=dispatch_id)
    form = StopForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            control_dispatch.stop(dispatch, reason=form.cleaned_data["reason"], by=request.user, now=clock.now())
        except NewsletterError as error:
            form.add_domain_error(error)
        else:
            messages.success(request, f"Stopped. {_recall_message(dispatch)}")
            return _back(request, dispatch)
    now = clock.now()
    delay, scheduled = delay_of(dispatch, now=now), scheduled_sends.scheduled_send_status(dispatch, now=now)
    context = {
        "form": form,
        "dispatch": dispatch,
        "is_from_ops": _is_from_ops(request, dispatch),
        "ahead": delay.sentences[0] if delay and scheduled else "",
        "can_be_recalled": scheduled is not None and scheduled.stoppable_until is not None,
        "progress": progress(dispatch),
        "edition": dispatch.edition,
        "publication": dispatch.edition.publication,
    }
    return render(request, "web/ops/stop_dispatch.html", context)


@require_POST
@permission_required(Permission.OPERATE)
def retry(request: DeskRequest, batch_id: int) -> HttpResponse:
    """Retry one refused batch, before or instead of the others."""
    batch = permitted_or_404(
        request, Batch.objects.select_related("dispatch__edition").defer("subscribers"), pk=batch_id
    )
    try:
        control_dispatch.retry(batch, by=request.user)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Batch {batch.number} will be retried.")
    return redirect("ops")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.OPERATE)
def settle(request: DeskRequest, batch_id: int, decision: str) -> HttpResponse:
    """Show the attempts of an uncertain batch and settle it: `decision` is `accepted` or `again`."""
    if decision not in DECISIONS:
        raise Http404
    batches = Batch.objects.select_related("dispatch__edition__publication").defer("subscribers")
    batch = permitted_or_404(request, batches, pk=batch_id)
    if request.method == "POST":
        action, result = DECISIONS[decision]
        try:
            action(batch, by=request.user, now=clock.now())
        except NewsletterError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Batch {batch.number} {result}.")
        return redirect("ops")
    context = {
        "batch": batch,
        "edition": batch.dispatch.edition,
        "publication": batch.dispatch.edition.publication,
        "decision": decision,
        "is_uncertain": batch.state == BatchState.UNCERTAIN,
        "attempts": list(batch.attempts.order_by("ordinal")),
    }
    return render(request, "web/ops/settle_batch.html", context)


def _back(request: DeskRequest, dispatch: Dispatch) -> HttpResponse:
    return redirect("ops") if _is_from_ops(request, dispatch) else redirect("edition", dispatch.edition_id)


def _is_from_ops(request: DeskRequest, dispatch: Dispatch) -> bool:
    """Return whether the user came from the ops page rather than from an edition's page."""
    is_operator = has_permission(request.user, Permission.OPERATE, dispatch.edition.publication_id)
    return is_operator and request.GET.get("from") != "edition"


def _recall_message(dispatch: Dispatch) -> str:
    scheduled = scheduled_sends.scheduled_send_status(dispatch, now=clock.now())
    if scheduled is None:
        return "No more emails of this edition are sent."
    if scheduled.cancelling:
        return "Scheduled emails are being cancelled; the edition’s page shows which cancellations are confirmed."
    if scheduled.submitted:
        return f"No more emails are submitted. It is too late to recall those of {scheduled.submitted:,} readers."
    return "No emails of this edition are sent."


def _urgency(row: EditionStatus) -> int:
    """Sort key: active dispatches first, then upcoming editions, then finished ones."""
    if row.dispatch and row.dispatch.state not in (DispatchState.FINISHED, DispatchState.STOPPED):
        return 0
    return 2 if row.edition.state in (EditionState.DISPATCHED, EditionState.CANCELLED) else 1
