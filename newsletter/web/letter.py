"""The real letter, as the desk shows it in a frame and the web to anybody: nobody's personal links in it."""

import re
from dataclasses import replace
from datetime import datetime
from html import escape

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from newsletter.accounts.roles import Step
from newsletter.delivery import links
from newsletter.editions import assembly
from newsletter.editions.models import Edition, State, Variant
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError, NotAllowed
from newsletter.mail.letters import Letter, Token
from newsletter.web.permission import DeskRequest, needs
from newsletter.web.policy import FRAMED_LETTER

NOBODY = 0  # the subscriber whose links lead to an explanation and change nothing (delivery/links.py)
SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)")


def nobodys(letter: Letter, edition: Edition) -> Letter:
    """`letter` as somebody without a name would get it, with links that belong to nobody."""
    name, token = edition.publication.fallback_name, links.signing(edition.pk)(NOBODY)

    def fill(text: str) -> str:
        # The longer mark first, should one ever begin like another.
        text = text.replace(Token.FIRST_NAME_HTML, escape(name)).replace(Token.FIRST_NAME, name)
        return text.replace(Token.READER, token)

    return replace(letter, subject=fill(letter.subject), text=fill(letter.text), html=fill(letter.html))


def letter_of(edition: Edition, *, now: datetime, variant: Variant = Variant.DEFAULT) -> Letter:
    """The letter as it is or would be; `NotAllowed` says why there is none."""
    if edition.state == State.CANCELLED and not edition.letters.exists():
        raise NotAllowed("The edition was cancelled before it had a letter.")
    return nobodys(assembly.preview(edition, now=now, variant=variant), edition)


def asked_for(request: HttpRequest) -> Variant:
    """The letter that the desk wants to see."""
    return Variant.THANKS if "thanks" in request.GET else Variant.DEFAULT


def by_light(html: str, *, dark: bool) -> str:
    """`html` as it looks by day or by night, whatever this computer prefers."""
    wanted = "dark" if dark else "light"
    return SCHEME.sub(lambda found: "(min-width: 0)" if found[1] == wanted else "(max-width: 0)", html)


@require_safe
@needs(Step.CURATE)
def framed(request: DeskRequest, edition_id: int) -> HttpResponse:
    """The letter alone, for the frame on the edition's page; `?dark=1` shows its night side, `?thanks=1` the one that
    thanks."""
    edition = get_object_or_404(Edition.objects.select_related("publication"), pk=edition_id)
    try:
        letter = letter_of(edition, now=clock.now(), variant=asked_for(request))
    except NewsletterError as error:
        return render(request, "web/editions/no_letter.html", {"reason": str(error)})
    html = by_light(letter.html, dark="dark" in request.GET)
    # A curator tries the links: they open beside the desk.
    html = re.sub(r"<head\b[^>]*>", lambda head: f'{head[0]}<base target="_blank">', html, count=1)
    return HttpResponse(html, headers={"Content-Security-Policy": FRAMED_LETTER})
