"""Letters for the preview frame on the desk, as a sample reader gets them."""

import re
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from newsletter.accounts.permissions import Permission
from newsletter.delivery.recipients.sample_reader import anonymous_letter
from newsletter.editions.models import Edition, EditionState, FrozenLetter, Variant
from newsletter.letters import assemble_edition, compose_letters
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState, NewsletterError
from newsletter.mail.message import Letter
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404
from newsletter.web.shared.security_headers import FRAMED_LETTER

SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)")


def letter_of(edition: Edition, *, now: datetime, variant: Variant = Variant.DEFAULT) -> Letter:
    """Return the letter as it is or would be. Raise `InvalidState` if there is none."""
    if edition.state == EditionState.CANCELLED and not edition.letters.exists():
        raise InvalidState("The edition was cancelled before its email was built.")
    return anonymous_letter(assemble_edition.preview(edition, now=now, variant=variant), edition)


def letter_then(edition: Edition, *, due_at: datetime, now: datetime, variant: Variant) -> Letter:
    """Return the letter of a waiting edition as it would be at `due_at`."""
    composed = compose_letters.compose_for(edition, due_at=due_at, now=now)
    letters = composed.letters if composed else edition.letters.all()
    found = next((letter for letter in letters if letter.variant == variant), None)
    if found is None:
        raise InvalidState(assemble_edition.NO_VERSION[variant])
    return anonymous_letter(letter_in(found), edition)


def letter_in(frozen: FrozenLetter) -> Letter:
    """Return the content of a frozen letter."""
    return Letter(frozen.subject, frozen.text, frozen.html)


def requested_due_at(request: HttpRequest) -> datetime | None:
    """Return the `due_at` parameter; None if it is missing or invalid."""
    try:
        moment = datetime.fromisoformat(request.GET.get("due_at", ""))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def requested_variant(request: HttpRequest) -> Variant:
    """Return the variant that the request asks for."""
    if "thanks" in request.GET:
        return Variant.THANKS
    return Variant.PLAIN if "plain" in request.GET else Variant.DEFAULT


def with_color_scheme(html: str, *, dark: bool) -> str:
    """Return `html` fixed to light or dark mode, whatever the viewer's system prefers."""
    wanted = "dark" if dark else "light"
    return SCHEME.sub(lambda found: "(min-width: 0)" if found[1] == wanted else "(max-width: 0)", html)


@require_safe
@permission_required(Permission.CURATE)
def framed(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Show the letter alone, for the frame on the edition's page.

    `?dark=1` shows dark mode, `?thanks=1` the donor thank-you, `?plain=1` the letter without appeal, `?due_at=` the
    letter at another time.
    """
    edition = permitted_or_404(request, Edition.objects.select_related("publication"), pk=edition_id)
    due_at, variant = requested_due_at(request), requested_variant(request)
    try:
        if due_at:
            letter = letter_then(edition, due_at=due_at, now=clock.now(), variant=variant)
        else:
            letter = letter_of(edition, now=clock.now(), variant=variant)
    except NewsletterError as error:
        return render(request, "web/desk/edition_without_email.html", {"reason": str(error)})
    return framed_response(letter, dark="dark" in request.GET)


def framed_response(letter: Letter, *, dark: bool, anchor: str = "") -> HttpResponse:
    """Return the letter alone, for a preview frame. Links that a person tries open in a new tab.

    The first element with the class `anchor` gets it as its id, so that an address can lead to it.
    """
    html = with_color_scheme(letter.html, dark=dark)
    if anchor:
        html = re.sub(rf'<(\w+) (?=[^>]*class="{anchor}\b)', rf'<\1 id="{anchor}" ', html, count=1)
    html = re.sub(r"<head\b[^>]*>", lambda head: f'{head[0]}<base target="_blank">', html, count=1)
    return HttpResponse(html, headers={"Content-Security-Policy": FRAMED_LETTER})
