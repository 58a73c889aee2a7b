"""A dispatch by the readers' own clocks: each batch leaves when its readers' hour has come, and never before."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.test import override_settings

from newsletter.audience.models import SubscriptionStatus
from newsletter.audience.suppressions import suppress
from newsletter.delivery.dispatches import open_dispatch, recovery
from newsletter.delivery.dispatches.delay_reasons import delay_of, held_back
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Dispatch
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import BatchState, DispatchState
from newsletter.editions import plan_editions
from newsletter.editions.models import Edition
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
TOKYO = datetime(2026, 11, 23, 22, tzinfo=UTC)  # seven in the morning of Tuesday there
CAIRO = datetime(2026, 11, 24, 5, tzinfo=UTC)
NEW_YORK = datetime(2026, 11, 24, 12, tzinfo=UTC)
NIUE = datetime(2026, 11, 24, 18, tzinfo=UTC)


def approved(publication: Publication) -> Edition:
    """Tuesday's edition, planned and approved on Monday."""
    Publication.objects.filter(pk=publication.pk).update(created_at=MONDAY)
    publication.refresh_from_db()
    make.story(publication)
    edition = plan_editions.plan(publication, now=MONDAY)
    assert edition is not None
    assembled = assemble_edition.assemble(edition.pk, now=edition.assemble_at)
    return edition_decisions.approve(
        assembled, content_hash=assembled.content_hash, by=make.eddie(), now=edition.assemble_at
    )


def opened(publication: Publication, *, at: datetime | None = None, size: int = 1000) -> Dispatch:
    """Its dispatch, opened when it is due."""
    edition = approved(publication)
    with override_settings(DISPATCH_BATCH_SIZE=size):
        dispatch = open_dispatch.open_dispatch(edition.pk, now=at or edition.due_at)
    assert dispatch is not None
    return dispatch


def local(**said: object) -> Publication:
    return make.publication(**{"recurrence": "FREQ=DAILY", "local_time": True} | said)


def test_each_batch_is_due_at_the_hour_of_its_readers_and_zones_that_agree_share_one() -> None:
    publication = local()
    where = ("Pacific/Niue", "", "Asia/Tokyo", "America/Toronto", "Asia/Seoul", "America/New_York")
    people = {zone: make.reader(publication, time_zone=zone).pk for zone in where}
    dispatch = opened(publication)
    batches = {batch.due_at: list(unpack(batch.subscribers)) for batch in dispatch.batches.all()}
    assert batches == {
        TOKYO: [people["Asia/Tokyo"], people["Asia/Seoul"]],
        NEW_YORK: [people[""], people["America/Toronto"], people["America/New_York"]],
        NIUE: [people["Pacific/Niue"]],
    }
    assert dispatch.edition.due_at == TOKYO


def test_everybody_stands_in_one_batch_and_those_left_out_are_counted() -> None:
    publication = local()
    for number in range(40):
        make.reader(publication, time_zone=("Asia/Tokyo", "", "Pacific/Niue")[number % 3])
    make.reader(publication, time_zone="Asia/Tokyo", status=SubscriptionStatus.UNSUBSCRIBED)
    suppress(make.reader(publication, time_zone="Asia/Tokyo").email, reason="complaint")
    dispatch = opened(publication, size=4)
    assert (dispatch.planned, dispatch.left_out) == (40, {"left": 1, "suppressed": 1})
    ids = [reader for batch in dispatch.batches.all() for reader in unpack(batch.subscribers)]
    assert len(ids) == len(set(ids)) == 40
    assert all(sorted(unpack(b.subscribers)) == list(unpack(b.subscribers)) for b in dispatch.batches.all())


def test_a_large_audience_is_opened_in_parts_with_every_zone_in_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", 5)
    publication = local()
    for number in range(42):
        make.reader(publication, time_zone=("Asia/Tokyo", "")[number % 2])
    dispatch = opened(publication)
    while open_dispatch.continue_opening(dispatch.pk):
        pass
    dispatch.refresh_from_db()
    readers = dict.fromkeys((TOKYO, NEW_YORK), 0)
    for batch in dispatch.batches.all():
        readers[batch.due_at] += batch.count
    assert readers == {TOKYO: 21, NEW_YORK: 21}


def test_nobody_gets_it_before_their_hour_and_the_dispatch_stays_open_until_the_last(
    client: Client, postbox: Postbox
) -> None:
    publication = local()
    for zone in ("Asia/Tokyo", "", "Pacific/Niue"):
        make.reader(publication, time_zone=zone)
    dispatch = opened(publication)
    accepted = []
    for now in (TOKYO, NEW_YORK - timedelta(seconds=1), NEW_YORK, NIUE - timedelta(seconds=1), NIUE):
        for batch in recovery.batches_to_enqueue(now=now, limit=100):
            send_batches.send(batch, client=client, clock=partial(datetime.fromtimestamp, now.timestamp(), UTC))
        recovery.finish_completed(now=now)
        dispatch.refresh_from_db()
        accepted.append((progress(dispatch).accepted, dispatch.state))
    opens, finished = DispatchState.OPEN, DispatchState.FINISHED
    assert accepted == [(1, opens), (1, opens), (2, opens), (2, opens), (3, finished)]
    assert postbox.counts()["accepted_twice"] == 0


def test_readers_whose_hour_has_gone_by_are_due_at_once() -> None:
    publication = local()
    make.reader(publication, time_zone="Asia/Tokyo")
    make.reader(publication)
    dispatch = opened(publication, at=TOKYO + timedelta(hours=9))
    assert set(dispatch.batches.values_list("due_at", flat=True)) == {TOKYO, NEW_YORK}
    assert len(recovery.batches_to_enqueue(now=TOKYO + timedelta(hours=9), limit=100)) == 1


def test_a_reader_who_came_from_further_east_after_approval_gets_it_with_the_first() -> None:
    publication = local()
    make.reader(publication, time_zone="Asia/Tokyo")
    edition = approved(publication)
    make.reader(publication, time_zone="Pacific/Kiritimati")
    dispatch = open_dispatch.open_dispatch(edition.pk, now=TOKYO)
    assert dispatch is not None
    assert (dispatch.batches.get().count, dispatch.batches.get().due_at) == (2, TOKYO)


def test_an_arabic_letter_of_cairo_reaches_its_readers_abroad_at_their_seven() -> None:
    publication = make.arabic_publication(recurrence="FREQ=DAILY", local_time=True)
    for zone in ("", "Asia/Tokyo", "America/New_York"):
        make.reader(publication, time_zone=zone)
    dispatch = opened(publication)
    assert sorted(dispatch.batches.values_list("due_at", flat=True)) == [TOKYO, CAIRO, NEW_YORK]


def test_people_are_told_when_the_next_and_the_last_leave() -> None:
    publication = local()
    for zone in ("Asia/Tokyo", "", "Pacific/Niue"):
        make.reader(publication, time_zone=zone)
    dispatch = opened(publication)
    dispatch.batches.filter(due_at=TOKYO).update(state=BatchState.ACCEPTED, fence=1, submitted=1)
    found = delay_of(dispatch, now=TOKYO + timedelta(hours=8))
    assert found is not None
    assert found.sentences == ("Readers’ local time: the next batch is sent at 07:00, the last at 13:00.",)
    assert (found.next_at, found.done_at) == (NEW_YORK, NIUE)


def test_waiting_for_an_hour_is_no_standstill_but_a_batch_left_lying_is() -> None:
    publication = local()
    for zone in ("Asia/Tokyo", ""):
        make.reader(publication, time_zone=zone)
    dispatch = opened(publication)
    assert not held_back([dispatch], at=TOKYO + timedelta(minutes=1))
    dispatch.batches.filter(due_at=TOKYO).update(state=BatchState.ACCEPTED, fence=1, submitted=1)
    assert held_back([dispatch], at=NEW_YORK - timedelta(seconds=1))
    assert not held_back([dispatch], at=NEW_YORK)


def test_pace_holds_among_readers_of_one_hour(client: Client) -> None:
    publication = local(pace_per_minute=2)
    for number in range(9):
        make.reader(publication, time_zone=("Asia/Tokyo", "")[number % 2])
    dispatch = opened(publication)
    for minute in range(5):
        now = TOKYO + timedelta(minutes=minute)
        for batch in recovery.batches_to_enqueue(now=now, limit=100):
            send_batches.send(batch, client=client, clock=partial(datetime.fromtimestamp, now.timestamp(), UTC))
    assert (progress(dispatch).accepted, progress(dispatch).waiting) == (5, 4)
