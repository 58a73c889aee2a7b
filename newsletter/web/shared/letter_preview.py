"""The real letter, as the desk shows it in a frame and the web to anybody: nobody's personal links in it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import escape

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from newsletter.accounts.permissions import Permission
from newsletter.delivery.recipients import reader_links
from newsletter.editions.models import Edition, FrozenLetter, State, Variant
from newsletter.letters import assemble_letter, compose_letters
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState, NewsletterError
from newsletter.mail.message import Letter, MergeTag
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.security_headers import FRAMED_LETTER

ANONYMOUS_ID = 0  # the subscriber whose links lead to an explanation and change nothing (delivery/links.py)
SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)")


def anonymous_letter(letter: Letter, edition: Edition) -> Letter:
    """`letter` as somebody without a name would get it, with links that belong to nobody."""
    name, token = edition.publication.fallback_name, reader_links.token_signer(edition.pk)(ANONYMOUS_ID)

    def fill(text: str) -> str:
        # The longer mark first, should one ever begin like another.
        text = text.replace(MergeTag.FIRST_NAME_HTML, escape(name)).replace(MergeTag.FIRST_NAME, name)
        return text.replace(MergeTag.READER, token)

    return replace(letter, subject=fill(letter.subject), text=fill(letter.text), html=fill(letter.html))


def letter_of(edition: Edition, *, now: datetime, variant: Variant = Variant.DEFAULT) -> Letter:
    """The letter as it is or would be; `InvalidState` says why there is none."""
    if edition.state == State.CANCELLED and not edition.letters.exists():
        raise InvalidState("The edition was cancelled before it had a letter.")
    return anonymous_letter(assemble_letter.preview(edition, now=now, variant=variant), edition)


def letter_then(edition: Edition, *, due_at: datetime, now: datetime, variant: Variant) -> Letter:
    """The letter of an edition that waits as it would be if it were due then."""
    composed = compose_letters.compose_for(edition, due_at=due_at, now=now)
    letters = composed.letters if composed else edition.letters.all()
    found = next((letter for letter in letters if letter.variant == variant), None)
    if found is None:
        raise InvalidState(assemble_letter.NO_THANKS if variant == Variant.THANKS else "It has no letter yet.")
    return anonymous_letter(letter_in(found), edition)


def letter_in(frozen: FrozenLetter) -> Letter:
    """What a frozen letter says."""
    return Letter(frozen.subject, frozen.text, frozen.html)


def moment_asked_for(request: HttpRequest) -> datetime | None:
    """The due time that the desk wants to see a letter for; None without one, or when it is no moment."""
    try:
        moment = datetime.fromisoformat(request.GET.get("due_at", ""))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def requested_variant(request: HttpRequest) -> Variant:
    """The letter that the desk wants to see."""
    return Variant.THANKS if "thanks" in request.GET else Variant.DEFAULT


def with_color_scheme(html: str, *, dark: bool) -> str:
    """`html` as it looks by day or by night, whatever this computer prefers."""
    wanted = "dark" if dark else "light"
    return SCHEME.sub(lambda found: "(min-width: 0)" if found[1] == wanted else "(max-width: 0)", html)


@require_safe
@permission_required(Permission.CURATE)
def framed(request: DeskRequest, edition_id: int) -> HttpResponse:
    """The letter alone, for the frame on the edition's page; `?dark=1` shows its night side, `?thanks=1` the one that
    thanks, `?due_at=` the one that it would be at that time."""
    edition = get_object_or_404(Edition.objects.select_related("publication"), pk=edition_id)
    due_at, variant = moment_asked_for(request), requested_variant(request)
    try:
        if due_at:
            letter = letter_then(edition, due_at=due_at, now=clock.now(), variant=variant)
        else:
            letter = letter_of(edition, now=clock.now(), variant=variant)
    except NewsletterError as error:
        return render(request, "web/desk/edition_without_email.html", {"reason": str(error)})
    html = with_color_scheme(letter.html, dark="dark" in request.GET)
    # A curator tries the links: they open beside the desk.
    html = re.sub(r"<head\b[^>]*>", lambda head: f'{head[0]}<base target="_blank">', html, count=1)
    return HttpResponse(html, headers={"Content-Security-Policy": FRAMED_LETTER})
