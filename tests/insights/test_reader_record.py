"""What is stored about one reader, with what became of each edition."""

from datetime import timedelta

import pytest

from newsletter.audience import subscriptions, suppressions
from newsletter.audience.models import Subscriber
from newsletter.delivery.dispatches import control_dispatch, open_dispatch
from newsletter.delivery.models import Batch, Dispatch
from newsletter.delivery.states import BatchState
from newsletter.insights.models import DeliveryStage, ReaderOutcome
from newsletter.insights.reader_record import reader_record
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication()


@pytest.fixture
def rita(publication: Publication) -> Subscriber:
    make.readers(publication, 3)
    return make.rita(publication)


def opened(publication: Publication) -> Dispatch:
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch
    return dispatch


def outcomes(reader: Subscriber) -> list[str]:
    return [edition.outcome for edition in reader_record(reader).editions]


def test_an_edition_is_known_by_its_events(publication: Publication, rita: Subscriber) -> None:
    dispatch = opened(publication)
    ReaderOutcome.objects.create(
        dispatch=dispatch, subscriber=rita.pk, reached=DeliveryStage.DELIVERED, delivered_at=MONDAY,
        clicked_at=MONDAY + timedelta(minutes=2),
    )  # fmt: skip
    [edition] = reader_record(rita).editions
    assert edition.subject == dispatch.edition.letters.get().subject != ""
    assert (edition.outcome, edition.delivered_at, edition.clicked_at) == (
        "delivered", MONDAY, MONDAY + timedelta(minutes=2),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (BatchState.PENDING, "waiting to be sent"),
        (BatchState.ACCEPTED, "accepted by the provider"),
        (BatchState.REFUSED, "refused by the provider"),
        (BatchState.UNCERTAIN, "uncertain"),
        (BatchState.EMPTY, "not sent"),
    ],
)
def test_without_events_the_batch_says_it(
    publication: Publication, rita: Subscriber, state: BatchState, words: str
) -> None:
    opened(publication)
    Batch.objects.update(state=state)
    assert outcomes(rita) == [words]


def test_who_was_left_out_of_a_batch_has_the_reason(publication: Publication, rita: Subscriber) -> None:
    opened(publication)
    Batch.objects.update(state=BatchState.ACCEPTED, left_out={"suppressed": [rita.pk]})
    assert outcomes(rita) == ["not sent: suppressed address"]


def test_a_stopped_sending_reached_nobody(publication: Publication, rita: Subscriber) -> None:
    control_dispatch.stop(opened(publication), by=make.eddie(), reason="a mistake", now=MONDAY)
    assert outcomes(rita) == ["not sent: the sending was stopped"]


def test_an_edition_that_was_not_planned_for_them_is_not_theirs(publication: Publication, rita: Subscriber) -> None:
    opened(publication)
    later = make.reader(publication)
    assert outcomes(later) == []


def test_the_record_holds_everything(publication: Publication, rita: Subscriber) -> None:
    make.gift(rita.email)
    subscriptions.unsubscribe(subscriber_id=rita.pk, publication_id=publication.pk, by="one-click", now=MONDAY)
    suppressions.suppress(rita.email, reason="complaint", detail="event of today")
    record = reader_record(rita)
    assert record.suppressed_because == "reported as spam"
    assert [one.status for one in record.subscriptions] == ["unsubscribed"]
    assert [event.act for event in record.consent_events] == ["withdrew consent"]
    assert [gift.amount[-3:] for gift in record.gifts] == ["USD"]


def test_a_reader_of_nothing_has_an_empty_record(publication: Publication) -> None:
    record = reader_record(Subscriber.objects.create(email="nobody@example.org"))
    assert (record.subscriptions, record.editions, record.gifts, record.consent_events) == ([], [], [], [])


def test_editions_whose_batches_were_deleted_may_be_missing_and_it_says_so(
    publication: Publication, rita: Subscriber
) -> None:
    dispatch = opened(publication)
    Batch.objects.update(state=BatchState.ACCEPTED)
    assert reader_record(rita).editions_deleted_until is None
    Dispatch.objects.update(final_at=MONDAY)
    record = reader_record(rita)
    assert (record.editions, record.editions_deleted_until) == ([], dispatch.opened_at)
    ReaderOutcome.objects.create(dispatch=dispatch, subscriber=rita.pk, reached=DeliveryStage.DELIVERED)
    assert outcomes(rita) == ["delivered"], "its events are kept longer"
