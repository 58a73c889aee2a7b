"""Actions on an edition: the buttons of its page. Each view calls one use case and reports the result."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from newsletter.accounts.permissions import Permission
from newsletter.editions import reopen_edition
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_decisions, second_person
from newsletter.letters.assemble_edition import Asked
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.mail.text_cleaning import clean_line
from newsletter.web.shared.display_formats import clock_of, leaves, moment
from newsletter.web.shared.pause_sentence import pause_sentence
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404

REBUILT_BY = "The email is rebuilt when you choose Build preview, at the latest {}, and must then be approved again."


@require_POST
@permission_required(Permission.APPROVE)
def approve(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Approve the email that the user saw: the form carries its content hash."""
    seen = request.POST.get("content_hash", "")
    return _perform(
        request,
        edition_id,
        lambda edition: edition_decisions.approve(edition, content_hash=seen, by=request.user, now=clock.now()),
        "Approved. The edition is sent automatically at its send time.",
    )


@require_POST
@permission_required(Permission.CURATE)
def submit(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Submit the email that the user saw for review by a second person."""
    seen = request.POST.get("content_hash", "")
    return _perform(
        request,
        edition_id,
        lambda edition: second_person.submit_for_review(edition, content_hash=seen, by=request.user, now=clock.now()),
        "Submitted. Another person with the right to approve can approve the email now.",
    )


@require_POST
@permission_required(Permission.APPROVE)
def hold(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Hold an edition."""
    reason = clean_line(request.POST.get("reason", ""))
    return _perform(
        request,
        edition_id,
        lambda edition: edition_decisions.hold(edition, reason=reason, by=request.user, now=clock.now()),
        "Held. The edition is not sent until someone releases it.",
    )


@require_POST
@permission_required(Permission.APPROVE)
def release(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Release a held edition."""
    return _perform(
        request,
        edition_id,
        lambda edition: edition_decisions.release(edition, by=request.user, now=clock.now()),
        "Released. The email is rebuilt and must be approved again.",
    )


@require_POST
@permission_required(Permission.APPROVE)
def cancel(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Cancel an edition."""
    reason = clean_line(request.POST.get("reason", ""))
    return _perform(
        request,
        edition_id,
        lambda edition: edition_decisions.cancel(edition, reason=reason, by=request.user, now=clock.now()),
        "Cancelled. The stories are back at the front of the queue.",
    )


@require_POST
@permission_required(Permission.APPROVE)
def assemble(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Assemble the letter early, so that it can be approved now."""
    edition = permitted_or_404(request, Edition.objects.all(), pk=edition_id)
    try:
        edition = assemble_edition.assemble(edition.pk, now=clock.now(), asked=Asked(request.user))
    except NewsletterError as error:
        messages.error(request, str(error))
        return redirect("edition", edition_id)
    match edition.state:
        case EditionState.PLANNED if edition.placements.exists():
            messages.info(request, "Pictures are still being fetched. Try again in 30 seconds.")
        case EditionState.PLANNED:
            messages.error(request, "There are not enough stories in the queue, so the email was not built.")
        case EditionState.APPROVED if edition.approved_by is None:
            now = clock.now()
            sent = pause_sentence(edition, now=now) or f"It is sent {leaves(edition, now=now)}."
            messages.success(request, f"The email is ready and was approved automatically. {sent}")
        case EditionState.ASSEMBLED if edition.publication.two_people:
            messages.success(request, "The email is ready. Read it, then submit it for review.")
        case EditionState.ASSEMBLED | EditionState.APPROVED:
            messages.success(request, "The email is ready. Review it, then approve it.")
        case _:
            messages.error(request, f"The edition is {edition.state}. {edition.reason}")
    return redirect("edition", edition_id)


@require_POST
@permission_required(Permission.APPROVE)
def reopen(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Reopen an edition that was not sent: take its email apart and return its stories."""

    def message(edition: Edition) -> str:
        latest = moment(edition.assemble_at, clock_of(edition.publication), now=clock.now())
        return f"Reopened. The stories are back at the front of the queue. {REBUILT_BY.format(latest)}"

    return _perform(
        request,
        edition_id,
        lambda edition: reopen_edition.take_apart(edition, by=request.user, now=clock.now()),
        message,
    )


def _perform(
    request: DeskRequest,
    edition_id: int,
    action: Callable[[Edition], Edition],
    message: str | Callable[[Edition], str],
) -> HttpResponse:
    edition = permitted_or_404(request, Edition.objects.select_related("publication"), pk=edition_id)
    try:
        edition = action(edition)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, message if isinstance(message, str) else message(edition))
    return redirect("edition", edition_id)
