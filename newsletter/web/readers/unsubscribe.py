"""Unsubscribe: `/u/<token>`. GET changes nothing; POST unsubscribes at once, from the page or one-click (RFC 8058)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from newsletter.audience import subscriptions, suppressions, undo_unsubscribe
from newsletter.audience.models import Subscription, SubscriptionStatus
from newsletter.lib import clock
from newsletter.web.readers.reader_view import ReaderRequest, reader_view


@reader_view
def unsubscribe(request: HttpRequest, visit: ReaderRequest) -> HttpResponse:
    """Show the unsubscribe page, and unsubscribe on POST."""
    reader, publication, token = visit
    context: dict[str, object] = {"publication": publication, "token": token, "undo": ""}
    if not reader.subscriber_id:
        return render(request, "web/readers/sample_link.html", context)
    found = (
        Subscription.objects.select_related("subscriber")
        .filter(subscriber=reader.subscriber_id, publication=publication)
        .first()
    )
    context["may_return"] = found is not None and not suppressions.suppression_notice(found.subscriber.email)
    if request.method == "POST":
        # The body is not read: `List-Unsubscribe=One-Click` may arrive in either encoding, or malformed, and means
        # the same. The button on our page is marked by `?page` in the URL.
        unsubscribed = subscriptions.unsubscribe(
            subscriber_id=reader.subscriber_id,
            publication_id=publication.pk,
            edition_id=reader.edition_id,
            by="page" if "page" in request.GET else "one-click",
            now=clock.now(),
        )
        return render(
            request,
            "web/readers/unsubscribed.html",
            context | {"undo": undo_unsubscribe.create_token(found, unsubscribed)},
        )
    if found is None or found.status == SubscriptionStatus.UNSUBSCRIBED:
        return render(request, "web/readers/unsubscribed.html", context)
    return render(request, "web/readers/unsubscribe.html", context)
