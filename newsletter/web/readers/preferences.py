"""Manage preferences: `/p/<token>`. Unsubscribe, undo, pause, resume, resubscribe, name, appeals, others, data."""

from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from newsletter.audience import appeal_choices, subscription_confirmation, subscriptions, suppressions, undo_unsubscribe
from newsletter.audience.first_name import clean_name
from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus
from newsletter.delivery.recipients.reader_links import ReaderLink
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState, NewsletterError
from newsletter.publications.models import Publication
from newsletter.web.readers import other_publications
from newsletter.web.readers.reader_view import ReaderRequest, reader_view
from newsletter.web.shared.display_formats import by_moment, clock_of, next_email_sentence, zone_name

APPEALS_OFF = "Your emails will contain no appeals. An email that is already being sent may still have one."
PAUSES = {"1": "1 month", "3": "3 months"}


@reader_view
def preferences(request: HttpRequest, visit: ReaderRequest) -> HttpResponse:
    """Show and save a reader's preferences."""
    reader, publication, token = visit
    context: dict[str, object] = {
        "publication": publication,
        "token": token,
        "pauses": PAUSES,
        "done": "",
        "problem": "",
        "undo": "",
    }
    if not reader.subscriber_id:
        return render(request, "web/readers/sample_link.html", context)
    if request.method == "POST":
        try:
            context |= _perform(request, reader, publication, now=clock.now())
        except NewsletterError as error:
            context["problem"] = str(error)
    subscription = _subscription(reader, publication)
    context["subscription"] = subscription
    context["others"] = other_publications.others(subscription.subscriber, publication) if subscription else []
    context["barrier"] = suppressions.suppression_notice(subscription.subscriber.email) if subscription else ""
    return render(request, "web/readers/preferences.html", context)


def _subscription(reader: ReaderLink, publication: Publication) -> Subscription | None:
    found = Subscription.objects.select_related("subscriber", "publication")
    return found.filter(subscriber=reader.subscriber_id, publication=publication).first()


def _perform(request: HttpRequest, reader: ReaderLink, publication: Publication, *, now: datetime) -> dict[str, object]:
    """Perform the action of the pressed button. Return context for the page, such as the confirmation message."""
    who = {"subscriber_id": reader.subscriber_id, "publication_id": publication.pk}
    match request.POST.get("action"):
        case "unsubscribe":
            before = _subscription(reader, publication)
            unsubscribed = subscriptions.unsubscribe(**who, edition_id=reader.edition_id, by="page", now=now)
            return {
                "done": "You are unsubscribed. You will not receive any more emails.",
                "undo": undo_unsubscribe.create_token(before, unsubscribed),
            }
        case "undo":
            restored = undo_unsubscribe.undo(request.POST.get("undo", ""), **who, now=now)
            return {"done": f"You are subscribed as before. {next_email_sentence(restored)}"}
        case "pause":
            months = request.POST.get("months", "")
            if months not in PAUSES:
                raise BadInput("pause", "is not one of the options.", "Choose 1 or 3 months.")
            until = now.astimezone(clock_of(publication)).date() + relativedelta(months=int(months))
            subscriptions.pause(**who, until=until, now=now)
            return {"done": f"Paused until {until.day} {until:%B %Y}."}
        case "resume":
            return {"done": f"Your pause has ended. {next_email_sentence(subscriptions.resume(**who))}"}
        case "resubscribe":
            return {"done": _request_confirmation(reader, publication, now=now)}
        case "name":
            name = clean_name(request.POST.get("first_name", ""))
            Subscriber.objects.filter(pk=reader.subscriber_id).update(first_name=name)
            return {"done": f"Your first name is now {name}." if name else "Your first name was removed."}
        case "appeals-off" | "appeals-on" as action:
            appeal_choices.choose_appeals(reader.subscriber_id, wanted=action == "appeals-on")
            return {"done": APPEALS_OFF if action == "appeals-off" else "Your emails may contain appeals again."}
        case "join-other" | "leave-other" | "leave-all" | "data" as action:
            subscription = _subscription(reader, publication)
            if subscription is None:
                raise BadInput("address", "is no longer stored here.", "Subscribe again where you first subscribed.")
            other = request.POST.get("publication", "")
            return {"done": other_publications.perform(action, subscription, other=other, now=now)}
    raise BadInput("button", "is not available on this page.", "Choose one of the buttons below.")


def _request_confirmation(reader: ReaderLink, publication: Publication, *, now: datetime) -> str:
    """Request a confirmation email. The link alone is not enough: someone else may have it."""
    subscription = _subscription(reader, publication)
    if subscription is None:
        raise BadInput("address", "is no longer stored here.", "Subscribe again where you first subscribed.")
    if subscription.status in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED):
        return f"You are subscribed. {next_email_sentence(subscription)}"
    order = subscription_confirmation.request_return(subscription, now=now)
    if order.problem:
        raise InvalidState("We could not send you the confirmation email. Try again in a few minutes, or contact us.")
    if order.sent_at:
        local = clock_of(publication)
        at = f"{by_moment(order.sent_at, local, now=now)} ({zone_name(order.sent_at, local)})"
        return f"We sent you a confirmation email at {at}. Open the link in it to subscribe again."
    return "We are sending you a confirmation email. Open the link in it to subscribe again."
