"""A person's word on an edition: the buttons of its page. Each calls one verb and shows what became of it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from newsletter.accounts.permissions import Permission
from newsletter.editions import reopen_edition
from newsletter.editions.models import Edition, State
from newsletter.letters import approval, assemble_letter
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.mail.text_cleaning import clean_line
from newsletter.web.shared.display_formats import clock_of, leaves, moment
from newsletter.web.shared.permission_required import DeskRequest, permission_required

ASSEMBLED_AT_LATEST = "It is assembled when you say so, at the latest {}, and then needs a person’s approval."


@require_POST
@permission_required(Permission.APPROVE)
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
@permission_required(Permission.APPROVE)
def hold(request: DeskRequest, edition_id: int) -> HttpResponse:
    reason = clean_line(request.POST.get("reason", ""))
    return _decide(
        request,
        edition_id,
        lambda edition: approval.hold(edition, reason=reason, by=request.user, now=clock.now()),
        "Held. It does not leave until somebody releases it.",
    )


@require_POST
@permission_required(Permission.APPROVE)
def release(request: DeskRequest, edition_id: int) -> HttpResponse:
    return _decide(
        request,
        edition_id,
        lambda edition: approval.release(edition, by=request.user, now=clock.now()),
        "Released. It is assembled anew and then needs approval.",
    )


@require_POST
@permission_required(Permission.APPROVE)
def cancel(request: DeskRequest, edition_id: int) -> HttpResponse:
    reason = clean_line(request.POST.get("reason", ""))
    return _decide(
        request,
        edition_id,
        lambda edition: approval.cancel(edition, reason=reason, by=request.user, now=clock.now()),
        "Cancelled. Its stories lead the queue again.",
    )


@require_POST
@permission_required(Permission.APPROVE)
def assemble(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Freezes the letter ahead of its time, so that it can be approved now."""
    try:
        edition = assemble_letter.assemble(get_object_or_404(Edition, pk=edition_id).pk, now=clock.now())
    except NewsletterError as error:
        messages.error(request, str(error))
        return redirect("edition", edition_id)
    match edition.state:
        case State.PLANNED if edition.placements.exists():
            messages.info(request, "Its pictures are still being fetched. Assemble it again in half a minute.")
        case State.PLANNED:
            messages.error(request, "There are too few stories in the queue for this edition, so it was not assembled.")
        case State.APPROVED if edition.approved_by is None:
            when = leaves(edition, now=clock.now())
            messages.success(request, f"Assembled, and approved by the publication’s own rule. It leaves {when}.")
        case State.ASSEMBLED | State.APPROVED:
            messages.success(request, "Assembled. Read it, then approve it.")
        case _:
            messages.error(request, f"It is {edition.state}. {edition.reason}")
    return redirect("edition", edition_id)


@require_POST
@permission_required(Permission.APPROVE)
def reopen(request: DeskRequest, edition_id: int) -> HttpResponse:
    def done(edition: Edition) -> str:
        latest = moment(edition.assemble_at, clock_of(edition.publication), now=clock.now())
        return f"Taken apart: its stories lead the queue again. {ASSEMBLED_AT_LATEST.format(latest)}"

    return _decide(
        request, edition_id, lambda edition: reopen_edition.take_apart(edition, by=request.user, now=clock.now()), done
    )


def _decide(
    request: DeskRequest,
    edition_id: int,
    verb: Callable[[Edition], Edition],
    done: str | Callable[[Edition], str],
) -> HttpResponse:
    edition = get_object_or_404(Edition.objects.select_related("publication"), pk=edition_id)
    try:
        edition = verb(edition)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done if isinstance(done, str) else done(edition))
    return redirect("edition", edition_id)
