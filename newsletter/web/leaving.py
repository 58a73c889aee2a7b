"""Unsubscribing: `/u/<token>`. Looking changes nothing; a POST acts at once, by a reader's hand or their mailbox's."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from newsletter.audience import leaving
from newsletter.audience.models import Standing, Subscription
from newsletter.lib import clock
from newsletter.web.for_readers import Visit, for_readers


@for_readers
def leave(request: HttpRequest, visit: Visit) -> HttpResponse:
    reader, publication, token = visit
    context = {"publication": publication, "token": token}
    if not reader.subscriber_id:
        return render(request, "web/readers/nobody.html", context)
    if request.method == "POST":
        # The body is not read: `List-Unsubscribe=One-Click` may come in either encoding, or broken,
        # and means the same. Our own button says so in the address.
        leaving.leave(
            subscriber_id=reader.subscriber_id,
            publication_id=publication.pk,
            edition_id=reader.edition_id,
            by="page" if "page" in request.GET else "one-click",
            now=clock.now(),
        )
        return render(request, "web/readers/left.html", context)
    subscription = Subscription.objects.filter(subscriber=reader.subscriber_id, publication=publication).first()
    if subscription is None or subscription.standing == Standing.LEFT:
        return render(request, "web/readers/left.html", context)
    return render(request, "web/readers/leave.html", context)
