from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.audience import reachable_subscribers
from newsletter.audience.models import Subscription, SubscriptionStatus
from newsletter.audience.suppressions import suppress
from newsletter.delivery.dispatches import open_dispatch, recovery
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Batch, Dispatch
from newsletter.delivery.sending import send_batches
from newsletter.editions.models import EditionState
from newsletter.lib.errors import InvalidState
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


def test_everybody_who_may_be_mailed_stands_in_one_batch_and_one_only() -> None:
    publication = make.publication()
    readers = make.readers(publication, 25)
    edition = make.approved_edition(publication)
    with override_settings(DISPATCH_BATCH_SIZE=10):
        dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert dispatch is not None
    batches = list(dispatch.batches.order_by("number"))
    assert [batch.count for batch in batches] == [10, 10, 5]
    assert [batch.number for batch in batches] == [1, 2, 3]
    assert [reader for batch in batches for reader in unpack(batch.subscribers)] == readers


def test_those_who_must_not_be_mailed_are_left_out_by_reason_and_counted() -> None:
    publication = make.publication()
    make.readers(publication, 3)
    for status in (
        SubscriptionStatus.PENDING,
        SubscriptionStatus.PAUSED,
        SubscriptionStatus.UNSUBSCRIBED,
        SubscriptionStatus.UNSUBSCRIBED,
    ):
        make.reader(publication, status=status)
    suppress(make.reader(publication).email, reason="complaint")
    make.reader(make.publication())  # hears from somebody else
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch is not None
    assert dispatch.left_out == {"pending": 1, "paused": 1, "left": 2, "suppressed": 1}
    assert (dispatch.candidates, dispatch.planned) == (8, 3)


def test_opening_twice_opens_once() -> None:
    publication = make.publication()
    make.readers(publication, 2)
    edition = make.approved_edition(publication)
    first = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert open_dispatch.open_dispatch(edition.pk, now=MONDAY) == first
    assert Batch.objects.count() == 1


def test_an_edition_without_readers_opens_and_has_nothing_to_send() -> None:
    dispatch = open_dispatch.open_dispatch(make.approved_edition(make.publication()).pk, now=MONDAY)
    assert dispatch is not None
    assert (dispatch.planned, dispatch.candidates, dispatch.batches.count()) == (0, 0, 0)


def test_an_edition_that_nobody_approved_does_not_open() -> None:
    edition = make.edition(make.publication())
    with pytest.raises(InvalidState, match="planned"):
        open_dispatch.open_dispatch(edition.pk, now=MONDAY)


def test_an_edition_that_is_not_due_does_not_open() -> None:
    edition = make.approved_edition(make.publication())
    with pytest.raises(InvalidState, match="due at"):
        open_dispatch.open_dispatch(edition.pk, now=MONDAY - timedelta(seconds=1))


def test_an_edition_that_is_too_late_is_held_and_not_sent() -> None:
    publication = make.publication(lateness_limit_minutes=30)
    make.readers(publication, 1)
    edition = make.approved_edition(publication)
    assert open_dispatch.open_dispatch(edition.pk, now=MONDAY + timedelta(minutes=31)) is None
    edition.refresh_from_db()
    assert edition.state == EditionState.HELD
    assert "too long ago" in edition.reason
    assert not Dispatch.objects.exists()


def test_an_edition_whose_story_changed_after_approval_is_taken_back() -> None:
    edition = make.approved_edition(make.publication())
    story_queue.update(Story.objects.get(), headline="Another headline")
    assert open_dispatch.open_dispatch(edition.pk, now=MONDAY) is None
    edition.refresh_from_db()
    assert (edition.state, edition.approved_hash) == (EditionState.PLANNED, "")


def test_an_embargo_that_is_not_over_holds_the_edition() -> None:
    edition = make.approved_edition(make.publication())
    Story.objects.update(embargo_until=MONDAY + timedelta(minutes=5))
    assert open_dispatch.open_dispatch(edition.pk, now=MONDAY) is None
    edition.refresh_from_db()
    assert edition.state == EditionState.HELD
    assert "embargo" in edition.reason


def test_nothing_is_opened_when_the_counts_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = make.publication()
    make.readers(publication, 2)
    edition = make.approved_edition(publication)
    # a subscription that the streaming pass sees and the count does not: a broken snapshot
    monkeypatch.setattr(
        "newsletter.audience.reachable_subscribers.count_candidates", lambda *_, **__: Subscription.objects.count() - 1
    )
    with pytest.raises(open_dispatch.AudienceCountMismatch, match="1 candidates, but 2 planned"):
        open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    edition.refresh_from_db()
    assert edition.state == EditionState.APPROVED
    assert not Batch.objects.exists()


def open_in_parts(edition_id: int) -> Dispatch:
    """As workers do: the first part, then the others until nothing is left."""
    dispatch = open_dispatch.open_dispatch(edition_id, now=MONDAY)
    assert dispatch is not None
    while open_dispatch.continue_opening(dispatch.pk):
        pass
    dispatch.refresh_from_db()
    return dispatch


def test_a_large_audience_is_frozen_in_parts_and_its_first_batches_can_leave_before_the_last_are_frozen(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", 5)
    publication = make.publication()
    readers = make.readers(publication, 23)
    left = make.reader(publication, status=SubscriptionStatus.UNSUBSCRIBED)
    with override_settings(DISPATCH_BATCH_SIZE=4):
        edition = make.approved_edition(publication)
        dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
        assert dispatch is not None
        assert (dispatch.planned, dispatch.frozen_up_to_id) == (10, readers[9])
        send_batches.send_all(
            list(dispatch.batches.values_list("pk", flat=True)), client=client, clock=lambda: MONDAY, connections=1
        )
        assert recovery.finish_completed(now=MONDAY) == []  # all that exists is sent, but not all exists
        assert not progress(dispatch).complete
        assert recovery.under_way().opening == [dispatch.pk]
        assert not open_dispatch.continue_opening(dispatch.pk)
    dispatch.refresh_from_db()
    assert (dispatch.planned, dispatch.left_out, dispatch.frozen_up_to_id) == (23, {"left": 1}, None)
    assert dispatch.candidates == 24
    batches = list(dispatch.batches.order_by("number"))
    assert [batch.number for batch in batches] == list(range(1, len(batches) + 1))
    assert [reader for batch in batches for reader in unpack(batch.subscribers)] == readers
    assert left.pk not in readers


def test_readers_who_come_and_go_between_two_parts_are_in_one_batch_or_in_none_and_all_adds_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", 5)
    publication = make.publication()
    readers = make.readers(publication, 12)
    edition = make.approved_edition(publication)
    dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert dispatch is not None
    Subscription.objects.filter(subscriber_id__in=[readers[0], readers[11]]).update(
        status=SubscriptionStatus.UNSUBSCRIBED
    )
    newcomer = make.reader(publication)
    while open_dispatch.continue_opening(dispatch.pk):
        pass
    dispatch.refresh_from_db()
    frozen = [reader for batch in dispatch.batches.order_by("number") for reader in unpack(batch.subscribers)]
    assert frozen == [*readers[:11], newcomer.pk]
    assert (dispatch.candidates, dispatch.planned, dispatch.left_out) == (13, 12, {"left": 1})


def test_a_later_part_that_does_not_add_up_is_not_written_and_the_dispatch_does_not_finish(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", 5)
    publication = make.publication()
    make.readers(publication, 12)
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch is not None
    with monkeypatch.context() as broken:
        broken.setattr("newsletter.audience.reachable_subscribers.count_candidates", lambda *_, **__: 1)
        with pytest.raises(open_dispatch.AudienceCountMismatch, match="1 candidates, but 2 planned"):
            open_dispatch.continue_opening(dispatch.pk)
    assert dispatch.batches.count() == 1
    assert not open_dispatch.continue_opening(dispatch.pk)  # on the next tick it is tried again
    dispatch.refresh_from_db()
    assert dispatch.planned == 12


@given(st.lists(st.sampled_from([*SubscriptionStatus]), max_size=40), st.integers(1, 7), st.integers(1, 9))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_it_is_parted_each_active_reader_is_in_one_batch(
    monkeypatch: pytest.MonkeyPatch, statuses: list[SubscriptionStatus], lot: int, size: int
) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", lot)
    publication = make.publication()
    readers = [make.reader(publication, status=status) for status in statuses]
    with override_settings(DISPATCH_BATCH_SIZE=size):
        dispatch = open_in_parts(make.approved_edition(publication).pk)
    frozen = [reader for batch in dispatch.batches.order_by("number") for reader in unpack(batch.subscribers)]
    active = [
        reader.pk for reader, status in zip(readers, statuses, strict=True) if status == SubscriptionStatus.ACTIVE
    ]
    assert frozen == active
    assert dispatch.candidates == len(statuses) == dispatch.planned + sum(dispatch.left_out.values())


def test_a_publication_that_rests_sends_nothing() -> None:
    publication = make.publication()
    edition = make.approved_edition(publication)
    publication.is_active = False
    publication.save()
    assert open_dispatch.open_dispatch(edition.pk, now=MONDAY) is None
    edition.refresh_from_db()
    assert (edition.state, edition.reason) == (EditionState.HELD, "The publication is paused.")


def test_a_pause_that_ends_on_the_day_of_the_edition_is_over_when_it_opens() -> None:
    publication = make.publication()
    reader = make.reader(publication, status=SubscriptionStatus.PAUSED)
    Subscription.objects.filter(subscriber=reader).update(paused_until=MONDAY.date())
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch is not None
    assert dispatch.planned == 1


def test_of_two_dispatches_that_are_opening_the_named_one_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", 1)
    monkeypatch.setattr(open_dispatch, "FIRST_PART_CHUNKS", 1)
    dispatches = []
    for _ in range(2):
        publication = make.publication()
        make.readers(publication, 3)
        dispatches.append(open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY))
    first, second = dispatches
    assert first
    assert second
    for named, other in ((second, first), (first, second)):
        before = other.batches.count(), Dispatch.objects.get(pk=other.pk).frozen_up_to_id
        while open_dispatch.continue_opening(named.pk):
            pass
        assert Dispatch.objects.get(pk=named.pk).frozen_up_to_id is None
        assert (other.batches.count(), Dispatch.objects.get(pk=other.pk).frozen_up_to_id) == before


def test_full_chunks_are_counted_by_their_ends_and_only_the_last_chunk_by_a_query(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", 5)
    publication = make.publication()
    make.readers(publication, 23)
    edition = make.approved_edition(publication)
    with CaptureQueriesContext(connection) as seen:
        dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
        assert dispatch is not None
        assert not open_dispatch.continue_opening(dispatch.pk)
    counts = [query["sql"] for query in seen if "COUNT(*)" in query["sql"] and "audience_subscription" in query["sql"]]
    assert len(counts) == 1
    dispatch.refresh_from_db()
    assert (dispatch.candidates, dispatch.planned) == (23, 23)


def test_a_reader_whom_the_pass_over_a_full_chunk_misses_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", 5)
    publication = make.publication()
    make.readers(publication, 12)
    edition = make.approved_edition(publication)
    complete = reachable_subscribers.candidates

    def incomplete(*args: Any, **kwargs: Any) -> list[reachable_subscribers.Candidate]:
        found = complete(*args, **kwargs)
        return [found[0], *found[2:]] if len(found) == 5 else found

    monkeypatch.setattr(reachable_subscribers, "candidates", incomplete)
    with pytest.raises(open_dispatch.AudienceCountMismatch, match="12 candidates, but 4 planned"):
        open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert not Batch.objects.exists()
