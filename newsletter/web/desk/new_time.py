"""Another time for an edition, or now: asked about beforehand with the letter as it would be, then done.

A letter that says something else at that time, such as its date, is shown and approved with the same click.
"""

from datetime import UTC, datetime
from typing import NamedTuple, TypedDict
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission
from newsletter.audience import subscriber_counts
from newsletter.delivery.ledger import installation
from newsletter.editions.models import Edition, FrozenLetter, State, Variant
from newsletter.letters import approval, compose_letters
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.web.desk import editions
from newsletter.web.desk.next_edition import next_stories
from newsletter.web.shared.display_formats import clock_of, moment, zone_words
from newsletter.web.shared.letter_preview import anonymous_letter, letter_in, moment_asked_for, requested_variant
from newsletter.web.shared.permission_required import DeskRequest, permission_required

APPROVE_IT = "Read its email, then approve it."
BY_RULE = "by the publication’s own rule."


class Answers(TypedDict):
    """What a person says to the letter that is on the page."""

    seen: str
    by: User
    approve_later: bool


class Then(NamedTuple):
    """The letters of an edition as they would be at another time; `is_other` when that is not what they are."""

    letter: FrozenLetter | None  # the one that is shown
    content_hash: str
    is_other: bool
    problem: str  # why it is not known what they would be; mostly empty


@require_safe
@permission_required(Permission.APPROVE)
def confirm_send(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Asks once more before an edition is sent, and says to how many."""
    return _ask(request, edition_id, due_at=None)


@require_safe
@permission_required(Permission.APPROVE)
def confirm_reschedule(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Shows the letter of an approved edition as it would be at another time, before it is given that."""
    due_at = moment_asked_for(request)
    if due_at is None:
        raise Http404
    return _ask(request, edition_id, due_at=due_at)


@require_POST
@permission_required(Permission.APPROVE)
def send_now(request: DeskRequest, edition_id: int) -> HttpResponse:
    edition = get_object_or_404(Edition.objects.select_related("publication"), pk=edition_id)
    try:
        installation.require_current()
        sent = approval.send_now(edition, now=clock.now(), **_answers(request))
    except (approval.ApprovalNeeded, approval.LetterChanged) as error:
        messages.error(request, str(error))
        return redirect("send", edition_id)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        _say(request, sent, "It is due now.", before=edition)
    return redirect("edition", edition_id)


@require_POST
@permission_required(Permission.APPROVE)
def reschedule(request: DeskRequest, edition_id: int) -> HttpResponse:
    edition = get_object_or_404(Edition.objects.select_related("publication", "approved_by"), pk=edition_id)
    clock_there, now = clock_of(edition.publication), clock.now()
    with timezone.override(clock_there):
        form = editions.RescheduleForm(request.POST, initial={"due_at": edition.due_at})
        if form.is_valid() and not form.has_changed() and not request.POST.get("content_hash"):
            messages.info(request, "That is its time already, so nothing was changed.")
            return redirect("edition", edition_id)
        if form.is_valid():
            due_at = form.cleaned_data["due_at"]
            try:
                moved = approval.reschedule(edition, due_at=due_at, now=now, **_answers(request))
            except (approval.ApprovalNeeded, approval.LetterChanged) as error:
                messages.info(request, str(error))
                asked = urlencode({"due_at": due_at.astimezone(UTC).isoformat()})
                return redirect(f"{reverse('new-time', args=[edition_id])}?{asked}")
            except NewsletterError as error:
                form.add_domain_error(error)
            else:
                when = f"{moment(due_at, clock_there, now=now)} {zone_words(due_at, clock_there)}"
                _say(request, moved, f"It is now due {when}.", before=edition)
                return redirect("edition", edition_id)
        return editions.page(request, edition, form)


def _answers(request: DeskRequest) -> Answers:
    return {
        "seen": request.POST.get("content_hash", ""),
        "by": request.user,
        "approve_later": "approve_later" in request.POST,
    }


def _ask(request: DeskRequest, edition_id: int, *, due_at: datetime | None) -> HttpResponse:
    edition = get_object_or_404(Edition.objects.select_related("publication"), pk=edition_id)
    now, variant = clock.now(), requested_variant(request)
    then_at = due_at or now
    then = _then(edition, due_at=then_at, now=now, variant=variant)
    with timezone.override(clock_of(edition.publication)):
        context = {
            "edition": edition,
            "publication": edition.publication,
            "can": editions.can(request, edition),
            "readers": subscriber_counts.count_subscribers(edition.publication).active,
            "stories": next_stories(edition.publication, edition, now=now),
            "then": then,
            "frozen": then.letter,
            "letter": anonymous_letter(letter_in(then.letter), edition) if then.letter else None,
            "form": editions.RescheduleForm(initial={"due_at": due_at}) if due_at else None,
            "due_at": then_at,
            "framed": urlencode({"due_at": then_at.astimezone(UTC).isoformat()}),
            "thanks": variant == Variant.THANKS,
            "can_thank": edition.letters.filter(variant=Variant.THANKS).exists(),
            "State": State,
        }
        return render(request, "web/desk/send_edition.html", context)


def _then(edition: Edition, *, due_at: datetime, now: datetime, variant: Variant) -> Then:
    try:
        composed = compose_letters.compose_for(edition, due_at=due_at, now=now)
    except NewsletterError as error:
        return Then(None, "", True, str(error))
    letters = composed.letters if composed else list(edition.letters.all())
    shown = next((letter for letter in letters if letter.variant == variant), None)
    return Then(shown, composed.content_hash if composed else edition.content_hash, composed is not None, "")


def _say(request: DeskRequest, edition: Edition, done: str, *, before: Edition) -> None:
    """`done`, and what follows from the state in which `edition` is now."""
    if edition.state == State.HELD:
        messages.error(request, f"{done} But it is held: {edition.reason}")
        return
    parts = [done]
    if edition.content_hash != before.content_hash:
        parts.append("Its email was made anew for that time.")
    if edition.state == State.APPROVED:
        by_rule = edition.approved_by is None and edition.content_hash != before.content_hash
        parts.append("It is approved" + (" by the publication’s own rule." if by_rule else "."))
    elif edition.state == State.ASSEMBLED:
        parts.append("It leaves as soon as somebody approves it." if edition.due_at <= clock.now() else APPROVE_IT)
    elif edition.due_at <= clock.now():
        by_rule = edition.auto_approve
        parts.append("It is assembled within moments, and leaves " + (BY_RULE if by_rule else "when it is approved."))
    messages.success(request, " ".join(parts))
