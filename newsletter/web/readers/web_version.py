"""Web version of a letter, as corrected since: `/v/<token>`.

Neither the page nor its URL contains a reader's token, so both can be shared.

`?letter=thanks` shows the donor thank-you variant, `?letter=plain` the one without appeal. Each links here with its
own parameter.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from newsletter.delivery.recipients import reader_links
from newsletter.delivery.recipients.sample_reader import ANONYMOUS_ID, anonymous_letter
from newsletter.editions.models import FrozenLetter, Variant
from newsletter.letters import correct_story
from newsletter.mail.message import Letter
from newsletter.web.readers.reader_view import ReaderRequest, invalid_link, reader_view
from newsletter.web.shared.security_headers import LETTER


@reader_view
def web_version(request: HttpRequest, visit: ReaderRequest) -> HttpResponse:
    """Show the letter at its anonymous URL. A reader's own URL redirects there."""
    variant = {one.value: one for one in Variant}.get(request.GET.get("letter", ""), Variant.DEFAULT)
    if visit.reader.subscriber_id != ANONYMOUS_ID:
        page = reverse("web-version", args=[reader_links.token_signer(visit.reader.edition_id)(ANONYMOUS_ID)])
        return redirect(f"{page}?letter={variant.value}" if variant != Variant.DEFAULT else page)
    letters = FrozenLetter.objects.select_related("edition__publication")
    frozen = letters.filter(edition=visit.reader.edition_id, variant=variant).first()
    if frozen is None:
        return invalid_link(request)
    letter = anonymous_letter(
        Letter(frozen.subject, frozen.text, correct_story.html_on_the_web(frozen)), frozen.edition
    )
    return HttpResponse(letter.html, headers={"Content-Security-Policy": LETTER})
