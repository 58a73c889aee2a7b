"""The letter on the web: `/v/<token>`. What people pass on holds nobody's key: not the page, not its address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from newsletter.delivery import links
from newsletter.editions.assembly import DEFAULT
from newsletter.editions.models import FrozenLetter
from newsletter.mail.letters import Letter
from newsletter.web.for_readers import Visit, damaged, for_readers
from newsletter.web.letter import NOBODY, nobodys
from newsletter.web.policy import LETTER


@for_readers
def web_version(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Shown at the address that belongs to nobody; a reader's own address leads there."""
    if visit.reader.subscriber_id != NOBODY:
        return redirect(reverse("web-version", args=[links.signing(visit.reader.edition_id)(NOBODY)]))
    letters = FrozenLetter.objects.select_related("edition__publication")
    frozen = letters.filter(edition=visit.reader.edition_id, variant=DEFAULT).first()
    if frozen is None:
        return damaged(request)
    letter = nobodys(Letter(frozen.subject, frozen.text, frozen.html), frozen.edition)
    return HttpResponse(letter.html, headers={"Content-Security-Policy": LETTER})
