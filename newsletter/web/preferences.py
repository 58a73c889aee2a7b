"""What a reader can change about a subscription: `/p/<token>`. Leave, pause, resume, come back, first name."""

from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from newsletter.audience import joining, leaving
from newsletter.audience.addresses import clean_name
from newsletter.audience.models import Subscriber, Subscription
from newsletter.delivery.links import Reader
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.publications.models import Publication
from newsletter.web.for_readers import Visit, for_readers
from newsletter.web.phrases import clock_of

PAUSES = {"1": "1 month", "3": "3 months"}


@for_readers
def preferences(request: HttpRequest, visit: Visit) -> HttpResponse:
    reader, publication, token = visit
    context: dict[str, object] = {
        "publication": publication,
        "token": token,
        "pauses": PAUSES,
        "done": "",
        "problem": "",
    }
    if not reader.subscriber_id:
        return render(request, "web/readers/nobody.html", context)
    if request.method == "POST":
        try:
            context["done"] = _act(request, reader, publication, now=clock.now())
        except NewsletterError as error:
            context["problem"] = str(error)
    found = Subscription.objects.select_related("subscriber")
    context["subscription"] = found.filter(subscriber=reader.subscriber_id, publication=publication).first()
    return render(request, "web/readers/preferences.html", context)


def _act(request: HttpRequest, reader: Reader, publication: Publication, *, now: datetime) -> str:
    """Do what the pressed button says; the sentence that says it is done."""
    who = {"subscriber_id": reader.subscriber_id, "publication_id": publication.pk}
    match request.POST.get("do"):
        case "leave":
            leaving.leave(**who, edition_id=reader.edition_id, by="page", now=now)
            return "You are unsubscribed. No further letter will come."
        case "pause":
            months = request.POST.get("months", "")
            if months not in PAUSES:
                raise BadInput("pause", "is not one of those offered.", "Choose 1 or 3 months.")
            until = now.astimezone(clock_of(publication)).date() + relativedelta(months=int(months))
            leaving.pause(**who, until=until, now=now)
            return f"Paused. Nothing comes before {until.day} {until:%B %Y}."
        case "resume":
            leaving.resume(**who)
            return "The pause is over. The next letter comes to you again."
        case "return":
            return _come_back(reader, publication, now=now)
        case "name":
            name = clean_name(request.POST.get("first_name", ""))
            Subscriber.objects.filter(pk=reader.subscriber_id).update(first_name=name)
            return f"We call you {name} from now on." if name else "We no longer use a name for you."
    raise BadInput("button", "is not one of this page.", "Choose one of those below.")


def _come_back(reader: Reader, publication: Publication, *, now: datetime) -> str:
    subscriber = Subscriber.objects.filter(pk=reader.subscriber_id).first()
    if subscriber is None:
        raise BadInput("address", "is no longer kept here.", "Subscribe anew where you did the first time.")
    # The key came to this mailbox in a letter: whoever holds it has shown that the mailbox is theirs.
    joining.subscribe(
        publication,
        email=subscriber.email,
        first_name="",
        source="the reader’s own preferences page",
        now=now,
        confirmed=True,
    )
    return "Welcome back. The next letter comes to you again."
