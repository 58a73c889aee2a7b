"""The pages that pause all sending or one publication, and that resume it. Each says first what will happen."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission, has_permission_somewhere, permitted
from newsletter.delivery.dispatches import control_dispatch, pause_sending
from newsletter.delivery.dispatches.active_pauses import active_pauses
from newsletter.delivery.models import Dispatch
from newsletter.delivery.pause_models import SendingPause
from newsletter.delivery.states import DispatchState
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.publications.models import Publication
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import only_permitted

STEERING = (Permission.OPERATE, Permission.SEND)
HOURS = [(1, "1 hour"), (4, "4 hours"), (12, "12 hours"), (24, "24 hours"), (0, "Until somebody resumes")]


class AfterResuming(StrEnum):
    """What becomes of an edition when a pause ends."""

    AT_ONCE = "at once"
    LATE = "late"
    PAUSED = "paused"  # by another pause


class PauseForm(PlainForm):
    """The form for a pause: what, why and for how long."""

    publication = forms.ModelChoiceField(
        Publication.objects.filter(is_active=True).order_by("name"),
        label="What to pause",
        required=False,
        empty_label="All sending",
    )
    reason = forms.CharField(
        label="Reason", max_length=pause_sending.MAX_REASON, help_text="Shown to all staff on every page."
    )
    hours = forms.TypedChoiceField(label="For how long", choices=HOURS, coerce=int, initial=1)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        publication: Any = self.fields["publication"]
        publication.queryset = publication.queryset.filter(permitted(user, *STEERING, publication="pk"))
        if not any(has_permission(user, one) for one in STEERING):
            publication.required, publication.empty_label = True, "Choose a publication"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(*STEERING)
def pause(request: DeskRequest) -> HttpResponse:
    """Ask what, why and for how long; then pause. `?publication=` chooses one by its id."""
    chosen = whole_number(request.GET.get("publication", ""))
    posted = request.POST if request.method == "POST" else None
    form = PauseForm(posted, initial={"publication": chosen}, user=request.user)
    if form.is_bound and form.is_valid():
        now, hours = clock.now(), form.cleaned_data["hours"]
        try:
            made = pause_sending.pause_sending(
                form.cleaned_data["publication"],
                reason=form.cleaned_data["reason"],
                until=now + timedelta(hours=hours) if hours else None,
                by=request.user,
                now=now,
            )
        except NewsletterError as error:
            form.add_domain_error(error)
        else:
            messages.success(request, f"{made.scope} is paused. Requests in progress finish; nothing more is sent.")
            return _back(request)
    open_dispatches = only_permitted(request, Dispatch.objects.filter(state=DispatchState.OPEN))
    open_dispatches = open_dispatches.select_related("edition__publication")
    context = {
        "form": form,
        "sending": list(open_dispatches.order_by("pk")[:20]),
        "is_ahead": open_dispatches.filter(leaves_at__isnull=False).exists(),
        "is_from_ops": has_permission_somewhere(request.user, Permission.OPERATE),
    }
    return render(request, "web/ops/pause_sending.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(*STEERING)
def resume(request: DeskRequest, pause_id: int) -> HttpResponse:
    """Say what goes on and which editions leave late; then resume."""
    found = get_object_or_404(_visible_pauses(request), pk=pause_id)
    if not any(has_permission(request.user, one, found.publication_id) for one in STEERING):
        raise PermissionDenied
    if request.method == "POST":
        pause_sending.resume_sending(found, by=request.user, now=clock.now())
        messages.success(request, f"Resumed: {found.scope.lower() if not found.publication else found.publication}.")
        return _back(request)
    now = clock.now()
    waiting = Edition.objects.due_for_dispatch(now).filter(due_at__lte=now).select_related("publication")
    if found.publication:
        waiting = waiting.filter(publication=found.publication)
    stopped = Dispatch.objects.filter(sending_pause=found).select_related("edition__publication")
    late = control_dispatch.over_their_limit(now=now).filter(sending_pause=found)
    late_dispatches = {each.pk for each in late if not each.is_begun}  # type: ignore[attr-defined]  # annotated
    others = [each for each in active_pauses(now=now) if each.pk != found.pk]
    context = {
        "pause": found,
        "dispatches": [
            (dispatch.edition, _after_resuming(dispatch.edition, others, is_late=dispatch.pk in late_dispatches))
            for dispatch in stopped[:20]
        ],
        "waiting": [
            (edition, _after_resuming(edition, others, is_late=edition.too_late_after < now))
            for edition in waiting[:20]
        ],
        "is_from_ops": has_permission_somewhere(request.user, Permission.OPERATE),
    }
    return render(request, "web/ops/resume_sending.html", context)


def _visible_pauses(request: DeskRequest) -> QuerySet[SendingPause]:
    """Return the pauses of all sending, and those of publications in which the user has a role."""
    return SendingPause.objects.filter(Q(publication=None) | permitted(request.user)).select_related("publication")


def _after_resuming(edition: Edition, others: Sequence[SendingPause], *, is_late: bool) -> AfterResuming:
    if any(pause.publication_id in (None, edition.publication_id) for pause in others):
        return AfterResuming.PAUSED
    return AfterResuming.LATE if is_late else AfterResuming.AT_ONCE


def _back(request: DeskRequest) -> HttpResponse:
    return redirect("ops" if has_permission_somewhere(request.user, Permission.OPERATE) else "editions")
