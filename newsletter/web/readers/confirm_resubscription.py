"""Resubscribe: `/c/<token>`, the link in the confirmation email. GET changes nothing: email clients prefetch links."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from newsletter.audience import resubscribe_confirmation
from newsletter.lib import clock
from newsletter.lib.errors import BadToken, InvalidState
from newsletter.publications.models import Publication
from newsletter.web.readers.reader_view import token_page
from newsletter.web.shared.display_formats import next_email_sentence


@token_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show the page of a confirmation link, and subscribe the reader again on POST."""
    asked = resubscribe_confirmation.parse_token(token)
    publication = get_object_or_404(Publication, pk=asked.publication_id)
    context: dict[str, object] = {"publication": publication, "token": token, "done": "", "problem": ""}
    if request.method == "POST":
        try:
            subscription = resubscribe_confirmation.confirm(asked, now=clock.now())
            context["done"] = f"You are subscribed again. {next_email_sentence(subscription)}"
        except BadToken:
            context["waits"] = False
            return render(request, "web/readers/confirm.html", context, status=410)
        except InvalidState as error:
            context["problem"] = str(error)
    context["waits"] = resubscribe_confirmation.is_open(asked, now=clock.now())
    return render(request, "web/readers/confirm.html", context)
