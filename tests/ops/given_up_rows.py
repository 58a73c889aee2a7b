"""One row of each kind of work that was given up."""

from datetime import timedelta

from newsletter.accounts import staff_emails
from newsletter.accounts.staff_email_models import StaffEmail
from newsletter.audience.data_request_models import DataRequest
from newsletter.audience.import_models import ImportState, SubscriberImport
from newsletter.audience.models import Confirmation
from newsletter.delivery.recipients.single_emails import NO_TRY, NOT_ACCEPTED
from newsletter.insights.models import WebhookPost, WebhookPostState
from newsletter.pictures.models import Picture, PictureState
from newsletter.publications.models import Publication
from newsletter.stories.feed_models import Feed
from tests.support import factories as make
from tests.support.factories import MONDAY


def give_up_one_of_each(publication: Publication) -> None:
    """Make one row of each kind, all asked for an hour before `MONDAY`."""
    before = MONDAY - timedelta(hours=1)
    reader = make.rita(publication)
    WebhookPost.objects.create(
        received_at=before, digest="a" * 64, body=b"[]", state=WebhookPostState.FAILED, tries=10, problem="Not JSON."
    )
    Confirmation.objects.create(
        subscription=reader.subscriptions.get(), asked_at=before, tries=1, problem=f"{NOT_ACCEPTED}: Refused"
    )
    DataRequest.objects.create(subscriber=reader, publication=publication, asked_at=before, tries=30, problem=NO_TRY)
    note = staff_emails.order_note("cora@example.org", subject="Edition 5", lines=["Two are missing."], now=before)
    StaffEmail.objects.filter(pk=note.pk).update(tries=1, problem=f"{NOT_ACCEPTED}: Refused")
    SubscriberImport.objects.create(
        publication=publication, file_name="r.csv", file=b"email\nr@example.org\n", state=ImportState.FAILED, tries=4,
        problem="It stopped.", actor="Ada", created_at=before, started_at=before,
    )  # fmt: skip
    picture = Picture.objects.create(
        use="story", state=PictureState.FAILED, source_url="https://post.example.org/1.jpg", problem="404", tries=6
    )
    make.story(publication, picture=picture)
    Feed.objects.create(
        publication=publication, url="https://post.example.org/feed", page_key="f" * 32, tries=9,
        try_at=MONDAY + timedelta(days=1), problem="The site does not answer.",
    )  # fmt: skip
