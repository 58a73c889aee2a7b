"""What a reader can change about a subscription: `/p/<token>`. Leave, undo, pause, resume, come back, first name."""

from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from newsletter.audience import return_confirmation, subscriptions, suppressions, undo_unsubscribe
from newsletter.audience.first_name import clean_name
from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus
from newsletter.delivery.recipients.reader_links import ReaderLink
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState, NewsletterError
from newsletter.publications.models import Publication
from newsletter.web.readers.reader_view import ReaderRequest, reader_view
from newsletter.web.shared.display_formats import clock_of, what_comes

PAUSES = {"1": "1 month", "3": "3 months"}


@reader_view
def preferences(request: HttpRequest, visit: ReaderRequest) -> HttpResponse:
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
            context |= _act(request, reader, publication, now=clock.now())
        except NewsletterError as error:
            context["problem"] = str(error)
    subscription = _subscription(reader, publication)
    context["subscription"] = subscription
    context["barrier"] = suppressions.suppression_notice(subscription.subscriber.email) if subscription else ""
    return render(request, "web/readers/preferences.html", context)


def _subscription(reader: ReaderLink, publication: Publication) -> Subscription | None:
    found = Subscription.objects.select_related("subscriber", "publication")
    return found.filter(subscriber=reader.subscriber_id, publication=publication).first()


def _act(request: HttpRequest, reader: ReaderLink, publication: Publication, *, now: datetime) -> dict[str, object]:
    """Do what the pressed button says: what the page shows of it, such as the sentence that says it is done."""
    who = {"subscriber_id": reader.subscriber_id, "publication_id": publication.pk}
    match request.POST.get("do"):
        case "leave":
            before = _subscription(reader, publication)
            left = subscriptions.unsubscribe(**who, edition_id=reader.edition_id, by="page", now=now)
            return {
                "done": "You are unsubscribed. No further email will come.",
                "undo": undo_unsubscribe.create_token(before, left),
            }
        case "undo":
            restored = undo_unsubscribe.undo(request.POST.get("undo", ""), **who, now=now)
            return {"done": f"That is undone. {what_comes(restored)}"}
        case "pause":
            months = request.POST.get("months", "")
            if months not in PAUSES:
                raise BadInput("pause", "is not one of those offered.", "Choose 1 or 3 months.")
            until = now.astimezone(clock_of(publication)).date() + relativedelta(months=int(months))
            subscriptions.pause(**who, until=until, now=now)
            return {"done": f"Paused. Nothing comes before {until.day} {until:%B %Y}."}
        case "resume":
            return {"done": f"The pause is over. {what_comes(subscriptions.resume(**who))}"}
        case "return":
            return {"done": _come_back(reader, publication, now=now)}
        case "name":
            name = clean_name(request.POST.get("first_name", ""))
            Subscriber.objects.filter(pk=reader.subscriber_id).update(first_name=name)
            return {"done": f"We call you {name} from now on." if name else "We no longer use a name for you."}
    raise BadInput("button", "is not one of this page.", "Choose one of those below.")


def _come_back(reader: ReaderLink, publication: Publication, *, now: datetime) -> str:
    """Order the email that asks the mailbox; a link alone may be in anybody's hands."""
    subscription = _subscription(reader, publication)
    if subscription is None:
        raise BadInput("address", "is no longer kept here.", "Subscribe anew where you did the first time.")
    if subscription.standing in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED):
        return f"You are subscribed. {what_comes(subscription)}"
    order = return_confirmation.request_confirmation(subscription, now=now)
    if order.problem:
        raise InvalidState(
            "We could not send you the email that confirms it. Try again in some minutes, or write to us."
        )
    if order.sent_at:
        at = order.sent_at.astimezone(clock_of(publication))
        return f"We sent an email to your mailbox at {at:%H:%M %Z}. Open the link in it, and you are subscribed again."
    return "An email is on its way to your mailbox. Open the link in it, and you are subscribed again."
