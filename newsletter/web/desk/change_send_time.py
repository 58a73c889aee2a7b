"""Reschedule an edition or send it now, after a confirmation page that previews the email.

If the email differs at the new time, for example in its date, the page shows it and can approve it in the same step.
"""

import copy
import re
from datetime import UTC, datetime
from typing import NamedTuple, TypedDict
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.delivery.ledger import installation
from newsletter.delivery.recipients.sample_reader import anonymous_letter
from newsletter.editions.edition_stories import printed_stories
from newsletter.editions.edition_times import set_times, times_of
from newsletter.editions.models import Edition, EditionState, FrozenLetter, Variant
from newsletter.letters import compose_letters, edition_audience, edition_decisions, second_person
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.web.desk import editions
from newsletter.web.desk.edition_list import stories_of
from newsletter.web.shared.anonymous_letter_views import letter_in, requested_due_at, requested_variant
from newsletter.web.shared.display_formats import clock_of, moment, zone_name
from newsletter.web.shared.identity_confirmation import identity_confirmed
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.pause_sentence import pause_sentence
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404

APPROVE_IT = "Review the email, then approve it."
CONFIRMED_TO = 100  # to one in so many readers: their number changes while somebody reads the page


class Answers(TypedDict):
    """What the user answered on the confirmation page."""

    seen: str
    by: User
    approve_later: bool


class Then(NamedTuple):
    """The letters of an edition as they would be at another time; `is_other` if they differ from the current ones."""

    letter: FrozenLetter | None  # the one shown
    content_hash: str
    is_other: bool
    why_not: str  # why the user may not approve them; empty if they may
    is_approved: bool  # they are the approved ones, or are approved automatically
    problem: str  # why they cannot be composed; usually empty


@require_safe
@permission_required(Permission.SEND)
@identity_confirmed()
def confirm_send(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Ask for confirmation before sending, with the number of readers."""
    return _ask(request, edition_id, due_at=None)


@require_safe
@permission_required(Permission.SEND)
def confirm_reschedule(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Preview the letter of an approved edition at another time before it is rescheduled."""
    due_at = requested_due_at(request)
    if due_at is None:
        raise Http404
    return _ask(request, edition_id, due_at=due_at)


@require_POST
@permission_required(Permission.SEND)
@identity_confirmed("send")
def send_now(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Send an edition now, if the user has typed how many readers get it."""
    edition = permitted_or_404(request, Edition.objects.select_related("publication"), pk=edition_id)
    readers = edition_audience.expected_readers(edition, user=request.user, now=clock.now()).number
    typed = whole_number(re.sub(r"[\s,.’']", "", request.POST.get("readers", "")))
    if typed is None or abs(typed - readers) * CONFIRMED_TO > readers:
        messages.error(request, f"Nothing was sent. To confirm, type the number of readers: {readers:,}.")
        return redirect("send", edition_id)
    try:
        installation.require_current()
        sent = edition_decisions.send_now(edition, now=clock.now(), **_answers(request))
    except (edition_decisions.ApprovalNeeded, edition_decisions.LetterChanged) as error:
        messages.error(request, str(error))
        return redirect("send", edition_id)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        _report(request, sent, "The edition is due now.", before=edition)
    return redirect("edition", edition_id)


@require_POST
@permission_required(Permission.SEND)
def reschedule(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Change the send time of an edition."""
    edition = permitted_or_404(request, Edition.objects.select_related("publication", "approved_by"), pk=edition_id)
    clock_there, now = clock_of(edition.publication), clock.now()
    with timezone.override(clock_there):
        form = editions.RescheduleForm(request.POST, initial={"due_at": edition.due_at})
        if form.is_valid() and not form.has_changed() and not request.POST.get("content_hash"):
            messages.info(request, "The edition already has this send time, so nothing was changed.")
            return redirect("edition", edition_id)
        if form.is_valid():
            due_at = form.cleaned_data["due_at"]
            try:
                moved = edition_decisions.reschedule(edition, due_at=due_at, now=now, **_answers(request))
            except (edition_decisions.ApprovalNeeded, edition_decisions.LetterChanged) as error:
                messages.info(request, str(error))
                asked = urlencode({"due_at": due_at.astimezone(UTC).isoformat()})
                return redirect(f"{reverse('new-time', args=[edition_id])}?{asked}")
            except NewsletterError as error:
                form.add_domain_error(error)
            else:
                when = f"{moment(due_at, clock_there, now=now)} {zone_name(due_at, clock_there)}"
                _report(request, moved, f"The edition is now due {when}.", before=edition)
                return redirect("edition", edition_id)
        return editions.page(request, edition, form)


def _answers(request: DeskRequest) -> Answers:
    return {
        "seen": request.POST.get("content_hash", ""),
        "by": request.user,
        "approve_later": "approve_later" in request.POST,
    }


def _ask(request: DeskRequest, edition_id: int, *, due_at: datetime | None) -> HttpResponse:
    edition = permitted_or_404(request, Edition.objects.select_related("publication"), pk=edition_id)
    now, variant = clock.now(), requested_variant(request)
    then_at = due_at or now
    then = _then(edition, due_at=then_at, now=now, variant=variant, by=request.user)
    with timezone.override(clock_of(edition.publication)):
        context = {
            "edition": edition,
            "publication": edition.publication,
            "can": editions.can(request, edition),
            "readers": edition_audience.expected_readers(edition, user=request.user, now=now),
            "stories": printed_stories(stories_of(edition.publication, edition, now=now)),
            "then": then,
            "waits": _waits(edition, due_at=then_at, now=now),
            "frozen": then.letter,
            "letter": anonymous_letter(letter_in(then.letter), edition) if then.letter else None,
            "form": editions.RescheduleForm(initial={"due_at": due_at}) if due_at else None,
            "due_at": then_at,
            "framed": urlencode({"due_at": then_at.astimezone(UTC).isoformat()}),
            "version": editions.ASKED[variant],
            "versions": editions.versions_of(edition, now=now),
            "State": EditionState,
        }
        return render(request, "web/desk/send_edition.html", context)


def _waits(edition: Edition, *, due_at: datetime, now: datetime) -> str:
    """Return how long the edition would wait for a pause of sending if it were due then; empty if it would not."""
    then = copy.copy(edition)
    set_times(then, times_of(edition.publication, due_at))
    return pause_sentence(then, now=now)


def _then(edition: Edition, *, due_at: datetime, now: datetime, variant: Variant, by: User) -> Then:
    try:
        composed = compose_letters.compose_for(edition, due_at=due_at, now=now)
    except NewsletterError as error:
        return Then(None, "", True, "", False, str(error))
    letters = composed.letters if composed else list(edition.letters.all())
    is_approved = edition.state == EditionState.APPROVED and (
        composed is None or edition_decisions.is_approved_automatically(edition, letters)
    )
    shown = next((letter for letter in letters if letter.variant == variant), None)
    content_hash = composed.content_hash if composed else edition.content_hash
    why_not = second_person.reason_against(edition, content_hash=content_hash, by=by)
    if not has_permission(by, Permission.APPROVE, edition.publication_id):
        why_not = "An editor has to approve it."
    return Then(shown, content_hash, composed is not None, why_not, is_approved, "")


def _report(request: DeskRequest, edition: Edition, done: str, *, before: Edition) -> None:
    """Show `done` and what happens next, given the new state of `edition`."""
    if edition.state == EditionState.HELD:
        messages.error(request, f"{done} However, it is held: {edition.reason}")
        return
    parts, now = [done], clock.now()
    waits = pause_sentence(edition, now=now)
    if edition.content_hash != before.content_hash:
        parts.append("The email was rebuilt for that time.")
    if edition.state == EditionState.APPROVED:
        is_automatic = edition.approved_by is None and edition.content_hash != before.content_hash
        parts.append("It is approved" + (" automatically." if is_automatic else "."))
    elif edition.state == EditionState.ASSEMBLED:
        at_once = edition.due_at <= now and not waits
        parts.append("It is sent as soon as someone approves it." if at_once else APPROVE_IT)
    elif edition.due_at <= now and waits:
        parts.append("The email is built within a minute.")
    elif edition.due_at <= now:
        when = (
            "approved automatically and sent, unless preflight finds a problem."
            if edition.auto_approve
            else "sent as soon as someone approves it."
        )
        parts.append(f"The email is built within a minute, then {when}")
    messages.success(request, " ".join([*parts, waits]).rstrip())
