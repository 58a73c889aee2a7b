"""A person's word on an edition: the buttons of its page. Each calls one verb and shows what became of it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from newsletter.accounts.roles import Step
from newsletter.delivery import installation
from newsletter.editions import approval, assembly, reopening
from newsletter.editions.models import Edition, State
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.mail.wording import one_line
from newsletter.web import editions
from newsletter.web.permission import DeskRequest, needs
from newsletter.web.phrases import clock_of, moment, zone_words


@require_POST
@needs(Step.APPROVE)
def approve(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Approves the letter that was on the page: the form carries its content hash."""
    seen = request.POST.get("content_hash", "")
    return _decide(
        request,
        edition_id,
        lambda edition: approval.approve(edition, content_hash=seen, by=request.user, now=clock.now()),
        "Approved. It leaves by itself when it is due.",
    )


@require_POST
@needs(Step.APPROVE)
def hold(request: DeskRequest, edition_id: int) -> HttpResponse:
    reason = one_line(request.POST.get("reason", ""))
    return _decide(
        request,
        edition_id,
        lambda edition: approval.hold(edition, reason=reason, by=request.user, now=clock.now()),
        "Held. It does not leave until somebody releases it.",
    )


@require_POST
@needs(Step.APPROVE)
def release(request: DeskRequest, edition_id: int) -> HttpResponse:
    return _decide(
        request,
        edition_id,
        lambda edition: approval.release(edition, by=request.user, now=clock.now()),
        "Released. It is assembled anew and then needs approval.",
    )


@require_POST
@needs(Step.APPROVE)
def cancel(request: DeskRequest, edition_id: int) -> HttpResponse:
    reason = one_line(request.POST.get("reason", ""))
    return _decide(
        request,
        edition_id,
        lambda edition: approval.cancel(edition, reason=reason, by=request.user, now=clock.now()),
        "Cancelled. Its stories lead the queue again.",
    )


@require_POST
@needs(Step.APPROVE)
def send_now(request: DeskRequest, edition_id: int) -> HttpResponse:
    def send(edition: Edition) -> Edition:
        installation.insist()
        return approval.send_now(edition, by=request.user, now=clock.now())

    return _decide(
        request,
        edition_id,
        send,
        "It is due now and leaves as soon as it is assembled and approved.",
    )


@require_POST
@needs(Step.APPROVE)
def assemble(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Freezes the letter ahead of its time, so that it can be approved now."""
    try:
        edition = assembly.assemble(get_object_or_404(Edition, pk=edition_id).pk, now=clock.now())
    except NewsletterError as error:
        messages.error(request, str(error))
        return redirect("edition", edition_id)
    if edition.state == State.PLANNED and edition.placements.exists():
        messages.info(request, "Its pictures are still being fetched. Assemble it again in half a minute.")
    elif edition.state == State.PLANNED:
        messages.error(request, "There are too few stories in the queue for this edition, so it was not assembled.")
    else:
        messages.success(request, "Assembled. Read it, then approve it.")
    return redirect("edition", edition_id)


@require_POST
@needs(Step.APPROVE)
def reopen(request: DeskRequest, edition_id: int) -> HttpResponse:
    return _decide(
        request,
        edition_id,
        lambda edition: reopening.take_apart(edition, by=request.user, now=clock.now()),
        "Taken apart: its stories lead the queue again, and it is assembled anew when its time comes.",
    )


@require_POST
@needs(Step.APPROVE)
def reschedule(request: DeskRequest, edition_id: int) -> HttpResponse:
    edition = get_object_or_404(Edition.objects.select_related("publication", "approved_by"), pk=edition_id)
    clock_there, now = clock_of(edition.publication), clock.now()
    with timezone.override(clock_there):
        form = editions.RescheduleForm(request.POST, initial={"due_at": edition.due_at})
        if form.is_valid() and not form.has_changed():
            messages.info(request, "That is its time already, so nothing was changed.")
            return redirect("edition", edition_id)
        if form.is_valid():
            due_at = form.cleaned_data["due_at"]
            try:
                approval.reschedule(edition, due_at=due_at, by=request.user, now=now)
            except NewsletterError as error:
                form.blame(error)
            else:
                when = f"{moment(due_at, clock_there, now=now)} {zone_words(due_at, clock_there)}"
                messages.success(request, f"It is now due {when}.")
                return redirect("edition", edition_id)
        return editions.page(request, edition, form)


def _decide(request: DeskRequest, edition_id: int, verb: Callable[[Edition], Edition], done: str) -> HttpResponse:
    edition = get_object_or_404(Edition.objects.select_related("publication"), pk=edition_id)
    try:
        verb(edition)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("edition", edition_id)
