"""The kinds of work that can be given up: which rows, what they say, and what a person can do with them.

Test emails, drafts of stories, look-ups of links and messages to webhooks are left out: each has a page that shows what
became of it, where it is ordered again. No text names an address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Exists, OuterRef, Q, QuerySet

from newsletter.accounts.staff_email_models import StaffEmail
from newsletter.audience.data_request_models import DataRequest
from newsletter.audience.import_models import ImportState, SubscriberImport
from newsletter.audience.imports import import_orders
from newsletter.audience.models import Confirmation
from newsletter.audience.subscription_confirmation import VALID as CONFIRMATION_VALID
from newsletter.delivery.recipients import confirmation_emails, data_request_emails, staff_email_sending
from newsletter.insights import webhook_post_queue
from newsletter.insights.models import WebhookPost, WebhookPostState
from newsletter.pictures import import_pictures
from newsletter.pictures.models import Picture, PictureState
from newsletter.publications.models import Publication
from newsletter.stories.feed_models import Feed
from newsletter.stories.feeds.read_feeds import FAILING_TRIES
from newsletter.stories.models import Story, StoryState


class Retry(Protocol):
    """Lets workers try rows again at `now`, and returns how many."""

    def __call__(self, rows: QuerySet[Any], /, *, now: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class GivenUpRow:
    """One row: what it is, why it was given up, and since when it was wanted."""

    pk: int
    subject: str
    problem: str
    since: datetime


@dataclass(frozen=True, slots=True)
class WorkKind:
    """A kind of work. `rows` finds what was given up; `retry` and `discard` return how many rows they changed."""

    code: str
    name: str  # plural
    singular: str
    rows: Callable[[datetime], QuerySet[Any]]
    describe: Callable[[Any], GivenUpRow]
    retry: Retry
    retried: str  # what happens after it, for the page that asks
    discard: Callable[[QuerySet[Any]], int] | None = None
    discarded: str = ""
    is_urgent: bool = False  # somebody waits for it, and no page tells them that it failed


def _failed_posts(_now: datetime) -> QuerySet[WebhookPost]:
    return WebhookPost.objects.filter(state=WebhookPostState.FAILED).defer("body").order_by("received_at")


def _confirmations(now: datetime) -> QuerySet[Confirmation]:
    given_up = confirmation_emails.EMAILS.given_up().filter(asked_at__gt=now - CONFIRMATION_VALID)
    return given_up.select_related("subscription__publication").order_by("pk")


def _failed_pictures(_now: datetime) -> QuerySet[Picture]:
    """Return the failed pictures that a story in the queue or a publication still has."""
    wanted = Exists(Story.objects.filter(picture=OuterRef("pk"), state=StoryState.QUEUED)) | Exists(
        Publication.objects.filter(Q(logo=OuterRef("pk")) | Q(logo_dark=OuterRef("pk")))
    )
    return Picture.objects.filter(wanted, state=PictureState.FAILED).exclude(source_url="").order_by("pk")


def _failing_feeds(_now: datetime) -> QuerySet[Feed]:
    failing = Feed.objects.filter(tries__gte=FAILING_TRIES, publication__is_active=True).exclude(problem="")
    return failing.select_related("publication").order_by("pk")


def _failed_imports(_now: datetime) -> QuerySet[SubscriberImport]:
    failed = SubscriberImport.objects.filter(state=ImportState.FAILED, file__isnull=False)
    return failed.select_related("publication").defer("file").order_by("pk")


def _post(row: WebhookPost) -> GivenUpRow:
    return GivenUpRow(row.pk, f"Webhook post {row.pk}", row.problem, row.received_at)


def _confirmation(row: Confirmation) -> GivenUpRow:
    subject = f"Confirmation of subscription {row.subscription_id} to {row.subscription.publication}"
    return GivenUpRow(row.pk, subject, row.problem, row.asked_at)


def _data_request(row: DataRequest) -> GivenUpRow:
    return GivenUpRow(row.pk, f"Link to their data for reader {row.subscriber_id}", row.problem, row.asked_at)


def _staff_email(row: StaffEmail) -> GivenUpRow:
    return GivenUpRow(row.pk, f"{row.get_kind_display()}, staff email {row.pk}", row.problem, row.asked_at)


def _import(row: SubscriberImport) -> GivenUpRow:
    kind = "Dry run" if row.dry_run else "Import"
    return GivenUpRow(row.pk, f"{kind} {row.pk} into {row.publication}", row.problem, row.started_at or row.created_at)


def _picture(row: Picture) -> GivenUpRow:
    return GivenUpRow(row.pk, f"Picture {row.pk} from {row.source_url}", row.problem, row.asked_at)


def _feed(row: Feed) -> GivenUpRow:
    return GivenUpRow(row.pk, f"{row} of {row.publication}", row.problem, row.read_at or row.created_at)


def _read_soon(failing: QuerySet[Feed], *, now: datetime) -> int:
    return failing.update(try_at=now)


KINDS = (
    WorkKind(
        "webhook-posts",
        "webhook posts",
        "webhook post",
        _failed_posts,
        _post,
        webhook_post_queue.process_again,
        "Workers process it again, at most ten times. Events that were processed before change nothing.",
        webhook_post_queue.discard,
        "Its unprocessed events never count: bounces and complaints in it suppress nobody.",
    ),
    WorkKind(
        "confirmations",
        "confirmation emails",
        "confirmation email",
        _confirmations,
        _confirmation,
        confirmation_emails.EMAILS.send_again,
        "Workers try to send it again. The link in it is valid for as long as before.",
        confirmation_emails.EMAILS.discard,
        "The person gets no email, and is not subscribed unless they sign up again.",
        is_urgent=True,
    ),
    WorkKind(
        "data-requests",
        "links to readers’ own data",
        "link to a reader’s own data",
        lambda _: data_request_emails.EMAILS.given_up().order_by("pk"),
        _data_request,
        data_request_emails.EMAILS.send_again,
        "Workers try to send it again. The link in it is valid for a day from when it was asked for.",
        data_request_emails.EMAILS.discard,
        "The person gets no email unless they ask again.",
        is_urgent=True,
    ),
    WorkKind(
        "staff-emails",
        "emails to staff",
        "email to staff",
        lambda _: staff_email_sending.EMAILS.given_up().order_by("pk"),
        _staff_email,
        staff_email_sending.EMAILS.send_again,
        "Workers try to send it again. An invitation or a link that has expired since is not sent.",
        staff_email_sending.EMAILS.discard,
        "The person gets no email; what it says is deleted.",
        is_urgent=True,
    ),
    WorkKind(
        "imports",
        "imports of readers",
        "import of readers",
        _failed_imports,
        _import,
        import_orders.continue_failed,
        "A worker goes on behind the last rows that were imported. No row is imported twice.",
        import_orders.discard_failed,
        "It is cancelled and its file is deleted. Readers who were imported stay.",
    ),
    WorkKind(
        "pictures",
        "pictures",
        "picture",
        _failed_pictures,
        _picture,
        import_pictures.fetch_again,
        "Workers fetch it again, at most six times.",
        import_pictures.discard,
        "Its story or publication stays without it until somebody saves another address.",
    ),
    WorkKind(
        "feeds",
        "feeds that have failed for about a day",
        "feed",
        _failing_feeds,
        _feed,
        _read_soon,
        "A worker reads it within seconds. Without this it is tried again once a day, until somebody removes it.",
    ),
)
BY_CODE = {kind.code: kind for kind in KINDS}
