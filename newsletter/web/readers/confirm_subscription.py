"""Confirm a subscription: `/c/<token>`, the link in the confirmation email. GET changes nothing: scanners open links.

In the browser that signed up, the page sends its form by itself, once. Anywhere else it shows a button.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from newsletter.audience import subscription_confirmation
from newsletter.audience.models import ConsentMethod, Subscriber
from newsletter.audience.subscription_confirmation import ConfirmationRequest
from newsletter.letters.content.translations import translation_for
from newsletter.lib import clock
from newsletter.lib.errors import BadToken, InvalidState
from newsletter.publications.models import Publication
from newsletter.web.readers import same_browser
from newsletter.web.readers.reader_view import token_page


@token_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show the page of a confirmation link, and subscribe the reader on POST."""
    asked, now = subscription_confirmation.parse_token(token), clock.now()
    publication = get_object_or_404(Publication, pk=asked.publication_id)
    words = translation_for(publication.language)
    here = _is_same_browser(request, asked)
    step, problem, status = "waits", "", 200
    if request.method == "POST":
        method = ConsentMethod.SAME_BROWSER if here else ConsentMethod.CONFIRM_BUTTON
        try:
            subscription_confirmation.confirm(asked, now=now, method=method)
            step = "done"
        except BadToken:
            step, status = "expired", 410
        except InvalidState as error:
            step, problem = "problem", str(error)
    elif not subscription_confirmation.is_open(asked, now=now):
        step = "expired"
    if step == "expired" and subscription_confirmation.is_done(asked, now=now):
        step, status = "done", 200  # the link was opened again
    context = {
        "publication": publication,
        "words": words,
        "phrases": words.sign_up,
        "step": step,
        "problem": problem,
        "automatic": here and step == "waits",
    }
    return render(request, "web/readers/confirm.html", context, status=status)


def _is_same_browser(request: HttpRequest, asked: ConfirmationRequest) -> bool:
    address = Subscriber.objects.filter(pk=asked.subscriber_id).values_list("email", flat=True).first()
    return bool(address) and same_browser.is_same(
        request, publication_id=asked.publication_id, address=address or "", now=clock.now()
    )
