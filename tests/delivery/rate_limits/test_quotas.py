"""Pace, warm-up and quiet hours: no window holds more than its limit, and no worker queue fills up meanwhile."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.dispatches import control_dispatch, open_dispatch, recovery
from newsletter.delivery.dispatches.delay_reasons import delay_of, expected_delays, held_back
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Attempt, Batch, Dispatch, RateWindow, WarmUp
from newsletter.delivery.rate_limits import quotas, warm_up
from newsletter.delivery.rate_limits.quotas import DAY, HOUR, MINUTE, RateLimits
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import BatchState
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

Paced = Callable[..., Dispatch]


@pytest.fixture
def paced() -> Paced:
    """Opens a dispatch to `readers` readers at MONDAY, of a publication with these limits."""

    def open_it(readers: int, size: int = 1000, **limits: object) -> Dispatch:
        publication = make.publication(**limits)
        make.readers(publication, readers)
        with override_settings(DISPATCH_BATCH_SIZE=size):
            dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
        assert dispatch is not None
        return dispatch

    return open_it


def go(client: Client, *, now: datetime) -> int:
    """What one tick rings for and workers send at `now`; how many batches were rung for."""
    rung = recovery.batches_to_enqueue(now=now, limit=1000)
    for batch in rung:
        send_batches.send(batch, client=client, clock=lambda: now)
    return len(rung)


def submitted(seconds: int) -> dict[datetime, int]:
    return dict(RateWindow.objects.filter(seconds=seconds).order_by("starts_at").values_list("starts_at", "readers"))


# what is counted


@pytest.mark.django_db
def test_a_minute_never_holds_more_than_its_pace(paced: Paced, client: Client, postbox: Postbox) -> None:
    dispatch = paced(25, pace_per_minute=10)
    for second in range(0, 200, 20):
        go(client, now=MONDAY + timedelta(seconds=second))
    assert submitted(MINUTE) == {MONDAY: 10, MONDAY + timedelta(minutes=1): 10, MONDAY + timedelta(minutes=2): 5}
    assert progress(dispatch).complete
    assert (postbox.counts()["addresses"], postbox.counts()["accepted_twice"]) == (25, 0)


@pytest.mark.django_db
def test_minute_and_hour_hold_together(paced: Paced, client: Client) -> None:
    paced(30, pace_per_minute=5, pace_per_hour=15)
    for minute in range(120):
        go(client, now=MONDAY + timedelta(minutes=minute))
    assert submitted(HOUR) == {MONDAY: 15, MONDAY + timedelta(hours=1): 15}
    assert set(submitted(MINUTE).values()) == {5}


@pytest.mark.django_db
def test_a_batch_that_may_not_go_is_not_rung_for_and_goes_when_it_may(paced: Paced, client: Client) -> None:
    dispatch = paced(25, pace_per_minute=10)
    assert [go(client, now=MONDAY + timedelta(seconds=s)) for s in (0, 1, 30, 59)] == [1, 0, 0, 0]
    assert dispatch.batches.filter(last_enqueued_at=None, state="pending").count() == 2
    assert go(client, now=MONDAY + timedelta(seconds=60)) == 1


@pytest.mark.django_db
def test_what_workers_hold_of_an_edition_without_a_pace_takes_up_no_room(paced: Paced) -> None:
    unlimited = paced(30)
    assert send_batches.claim(unlimited.batches.get().pk, now=MONDAY) is not None
    dispatch = paced(10, pace_per_minute=10)
    assert recovery.batches_to_enqueue(now=MONDAY, limit=10) == [dispatch.batches.get().pk]


@pytest.mark.django_db
def test_a_bell_that_should_not_have_rung_is_answered_by_nothing(paced: Paced, client: Client) -> None:
    dispatch = paced(25, pace_per_minute=10)
    for batch in [*dispatch.batches.all(), *dispatch.batches.all()]:
        send_batches.send(batch.pk, client=client, clock=lambda: MONDAY)
    assert submitted(MINUTE) == {MONDAY: 10}
    assert Attempt.objects.count() == 1
    assert Counter(dispatch.batches.values_list("state", flat=True)) == {"accepted": 1, "pending": 2}


@pytest.mark.django_db
def test_a_limit_that_is_more_than_a_batch_is_cut_into_even_parts(paced: Paced, client: Client) -> None:
    dispatch = paced(30, size=10, pace_per_minute=15)
    assert [batch.count for batch in dispatch.batches.order_by("number")] == [7, 7, 7, 7, 2]
    assert go(client, now=MONDAY) == 2


@pytest.mark.django_db
def test_what_was_counted_for_a_call_that_was_not_begun_is_taken_back(paced: Paced) -> None:
    dispatch = paced(5, pace_per_hour=10)
    batch = send_batches.claim(dispatch.batches.get().pk, now=MONDAY)
    assert batch is not None
    control_dispatch.pause(dispatch, reason="wait")
    assert send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=MONDAY) is None
    assert submitted(HOUR) == {}


@pytest.mark.django_db
def test_a_pace_that_is_lifted_or_set_while_readers_wait_holds_at_the_next_tick(paced: Paced, client: Client) -> None:
    dispatch = paced(25, size=5, pace_per_hour=5)
    assert go(client, now=MONDAY) == 1
    Publication.objects.update(pace_per_hour=None)
    recovery.batches_to_enqueue(now=MONDAY, limit=0)
    dispatch.refresh_from_db()
    assert not dispatch.is_paced
    Publication.objects.update(pace_per_minute=10)
    assert [go(client, now=MONDAY + timedelta(seconds=s)) for s in (20, 21, 60)] == [2, 0, 2]


@pytest.mark.django_db
def test_a_batch_larger_than_a_limit_that_was_lowered_is_split(paced: Paced, client: Client, postbox: Postbox) -> None:
    dispatch = paced(25, pace_per_hour=100)
    ids = unpack(dispatch.batches.get().subscribers)
    Publication.objects.update(pace_per_hour=10)
    for hour in range(4):
        go(client, now=MONDAY + timedelta(hours=hour))
    assert list(submitted(HOUR).values()) == [10, 10, 5]
    batches = list(dispatch.batches.order_by("number"))
    assert [batch.number for batch in batches] == [1, 2, 3]
    assert [reader for batch in batches for reader in unpack(batch.subscribers)] == list(ids)
    assert progress(dispatch).complete
    assert postbox.counts()["accepted_twice"] == 0


@pytest.mark.django_db
def test_a_publication_without_any_limit_costs_no_statement(paced: Paced, client: Client) -> None:
    warm_up.add("elsewhere.example", starts_on=MONDAY.date(), daily=[1])
    dispatch = paced(10)
    with CaptureQueriesContext(connection) as asked:
        send_batches.send(dispatch.batches.get().pk, client=client, clock=lambda: MONDAY)
    assert progress(dispatch).complete
    assert not [query["sql"] for query in asked if "_window" in query["sql"] or "warmup" in query["sql"]]


# warm-up


@pytest.mark.django_db
def test_a_warm_up_counts_all_publications_of_its_domain(client: Client) -> None:
    warm_up.add("example.org", starts_on=MONDAY.date(), daily=[10, 20])
    for _ in range(2):
        publication = make.publication()
        make.readers(publication, 15)
        open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    for hour in range(60):
        go(client, now=MONDAY + timedelta(hours=hour))
    first = datetime(2026, 11, 23, tzinfo=UTC)
    assert submitted(DAY) == {first: 10, first + timedelta(days=1): 20}  # on the third day nothing is left to hold


@pytest.mark.django_db
def test_another_domain_is_not_held_back(client: Client) -> None:
    warm_up.add("example.org", starts_on=MONDAY.date(), daily=[10])
    publication = make.publication(sender_email="post@mail.example.org")
    make.readers(publication, 15)
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch is not None
    assert not dispatch.is_paced
    go(client, now=MONDAY)
    assert progress(dispatch).complete


@pytest.mark.django_db
def test_before_its_first_day_and_after_its_last_a_warm_up_holds_nothing_back() -> None:
    plan = WarmUp(domain="example.org", starts_on=date(2026, 11, 23), daily=[10, 20])
    days = [date(2026, 11, day) for day in (22, 23, 24, 25)]
    assert [plan.limit(day) for day in days] == [None, 10, 20, None]


# quiet hours


@pytest.mark.django_db
def test_nothing_is_submitted_in_quiet_hours_over_midnight(paced: Paced, client: Client) -> None:
    # MONDAY is seven in the morning in New York
    dispatch = paced(5, quiet_from=time(22), quiet_until=time(7, 30))
    assert go(client, now=MONDAY) == 0
    send_batches.send(dispatch.batches.get().pk, client=client, clock=lambda: MONDAY)
    assert not Attempt.objects.exists()
    assert go(client, now=MONDAY + timedelta(minutes=30)) == 1
    assert progress(dispatch).complete


# what is said of it


@pytest.mark.django_db
def test_people_are_told_what_a_dispatch_waits_for_and_when_it_is_done(paced: Paced, client: Client) -> None:
    dispatch = paced(25, pace_per_hour=10)
    go(client, now=MONDAY)
    found = delay_of(dispatch, now=MONDAY)
    assert found is not None
    assert found.sentences == ("Pace: 10 an hour; finishes at about 09:00.",)
    assert (found.next_at, found.done_at) == (MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=2))


@pytest.mark.django_db
def test_people_are_told_of_quiet_hours_and_of_a_warm_up(paced: Paced) -> None:
    warm_up.add("example.org", starts_on=MONDAY.date(), daily=[10, 20])
    dispatch = paced(25, quiet_from=time(22), quiet_until=time(7, 30))
    found = delay_of(dispatch, now=MONDAY)
    assert found is not None
    assert found.sentences == (
        "Quiet hours until 07:30.",
        "Warm-up of example.org: 10 readers on this UTC day; finishes at about 19:00.",
    )


@pytest.mark.django_db
def test_a_dispatch_that_nothing_holds_back_waits_for_nothing(paced: Paced) -> None:
    dispatch = paced(5)
    assert delay_of(dispatch, now=MONDAY) is None
    assert not held_back([dispatch], at=MONDAY)


@pytest.mark.django_db
def test_held_back_means_that_there_was_no_room_and_not_that_nobody_used_it(paced: Paced, client: Client) -> None:
    dispatch = paced(25, pace_per_hour=10)
    assert not held_back([dispatch], at=MONDAY + timedelta(minutes=1))
    go(client, now=MONDAY)
    assert held_back([dispatch], at=MONDAY + timedelta(minutes=59))
    assert not held_back([dispatch], at=MONDAY + timedelta(minutes=60))


@pytest.mark.django_db
def test_a_dispatch_of_which_a_worker_holds_a_batch_is_not_held_back(paced: Paced, client: Client) -> None:
    dispatch = paced(25, pace_per_hour=10)
    go(client, now=MONDAY)
    later = MONDAY + timedelta(minutes=30)
    limits = quotas.limits_of(dispatch.edition.publication, now=later)
    assert quotas.remaining(limits, quotas.usage([limits], now=later), at=later) == 0
    assert quotas.remaining(limits, {}, at=later) == 10
    assert held_back([dispatch], at=later) == {dispatch.pk}
    waiting = dispatch.batches.filter(state=BatchState.PENDING).order_by("number")[0]
    Batch.objects.filter(pk=waiting.pk).update(state=BatchState.CALLING)
    assert not held_back([dispatch], at=later)


@pytest.mark.django_db
def test_in_quiet_hours_there_is_no_room_for_a_single_reader(paced: Paced) -> None:
    dispatch = paced(1, quiet_from=time(22), quiet_until=time(7, 30))
    limits = quotas.limits_of(dispatch.edition.publication, now=MONDAY)
    assert quotas.remaining(limits, {}, at=MONDAY) == 0
    assert held_back([dispatch], at=MONDAY) == {dispatch.pk}


@pytest.mark.django_db
def test_before_an_edition_leaves_people_are_told_when_it_will_be_done() -> None:
    publication = make.publication(pace_per_hour=6000)
    told = expected_delays(publication, readers=15_000, due_at=MONDAY, now=MONDAY - timedelta(hours=5))
    assert told == ("Pace: 6,000 an hour; finishes at about 09:00.",)
    assert expected_delays(make.publication(), readers=15_000, due_at=MONDAY, now=MONDAY) == ()


# arithmetic


WALLS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
ZONES = st.sampled_from(["UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati", "Pacific/Niue"])
PACES = st.none() | st.integers(1, 40)


@given(
    counts=st.lists(st.integers(1, 10), max_size=60),
    minutes=st.lists(st.integers(0, 300), min_size=60, max_size=60),
    per_minute=PACES,
    per_hour=PACES,
    daily=st.lists(st.integers(1, 40), max_size=3),
    quiet=st.none() | st.tuples(WALLS, WALLS).filter(lambda two: two[0] != two[1]),
    zone=ZONES,
    start=st.integers(0, 60 * 24 * 365).map(lambda n: datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=n)),
)
def test_what_is_spread_keeps_to_every_window_and_to_quiet_hours(  # noqa: PLR0917 — one name for each thing drawn
    counts: list[int],
    minutes: list[int],
    per_minute: int | None,
    per_hour: int | None,
    daily: list[int],
    quiet: tuple[time, time] | None,
    zone: str,
    start: datetime,
) -> None:
    warm_up = WarmUp(domain="example.org", starts_on=start.date(), daily=daily) if daily else None
    limits = RateLimits(1, per_minute, per_hour, quiet, zone, warm_up)
    most = limits.largest_batch(start)
    lots = sorted((start + timedelta(minutes=m), min(n, most)) for n, m in zip(counts, minutes, strict=False))
    moments = list(quotas.schedule_batches(lots, limits, {}, now=start))
    used: Counter[tuple[str, int, datetime]] = Counter()
    for (due_at, readers), at in zip(lots, moments, strict=True):
        assert at >= due_at
        assert limits.quiet_until(at) is None
        for quota in limits.quotas(at):
            used[quota.key] += readers
            assert used[quota.key] <= quota.limit
    assert moments == sorted(moments)


@given(readers=st.integers(0, 5_000_000))
def test_the_plan_by_default_doubles_until_everybody_fits(readers: int) -> None:
    plan = warm_up.default_plan(readers)
    assert plan[0] == 250
    assert all(later == 2 * earlier for earlier, later in pairwise(plan))
    assert plan[-1] >= readers
    assert len(plan) == 1 or plan[-2] < readers


# several at once


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_do_not_go_beyond_a_limit(paced: Paced, client: Client) -> None:
    dispatch = paced(60, pace_per_minute=20, size=5)
    ids = list(dispatch.batches.values_list("pk", flat=True))
    threads = [
        threading.Thread(
            target=send_batches.send_all,
            args=(ids,),
            kwargs={"client": client, "clock": lambda: MONDAY, "connections": 3},
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert submitted(MINUTE) == {MONDAY: 20}
    assert Attempt.objects.count() == 4
    assert sum(Batch.objects.exclude(submitted=0).values_list("submitted", flat=True)) == 20


# several editions on one domain


@pytest.mark.django_db
def test_editions_of_one_domain_leave_in_the_order_in_which_they_were_due() -> None:
    first, second = make.publication(), make.publication()
    for publication in (second, first):
        make.readers(publication, 30)
    late = make.approved_edition(second, due_at=MONDAY + timedelta(hours=1))  # prepared long before the other
    early = make.approved_edition(first, due_at=MONDAY)
    WarmUp.objects.create(domain="example.org", starts_on=MONDAY.date(), daily=[10] * 9)
    with override_settings(DISPATCH_BATCH_SIZE=10):
        others = open_dispatch.open_dispatch(late.pk, now=MONDAY + timedelta(hours=1))
        ours = open_dispatch.open_dispatch(early.pk, now=MONDAY + timedelta(hours=1))
    assert others
    assert ours
    rung = []
    for day in range(6):
        midnight = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(days=day)
        for second_of_day in range(3):  # what is under way takes up the room of its day for everybody
            now = midnight + timedelta(seconds=second_of_day)
            due = recovery.batches_to_enqueue(now=now, limit=1000)
            rung += list(Batch.objects.filter(pk__in=due).values_list("dispatch", flat=True))
        Batch.objects.filter(last_enqueued_at__isnull=False).update(
            state="accepted", last_enqueued_at=None, submitted=10
        )
    assert rung == [ours.pk] * 3 + [others.pk] * 3


@pytest.mark.django_db
def test_a_small_batch_of_a_later_edition_does_not_take_the_room_that_an_earlier_one_waits_for() -> None:
    first, second = make.publication(), make.publication()
    make.readers(first, 16)
    make.readers(second, 1)
    WarmUp.objects.create(domain="example.org", starts_on=MONDAY.date(), daily=[9] * 9)
    soon = MONDAY + timedelta(minutes=1)
    with override_settings(DISPATCH_BATCH_SIZE=8):
        ours = open_dispatch.open_dispatch(make.approved_edition(first, due_at=MONDAY).pk, now=MONDAY)
        open_dispatch.open_dispatch(make.approved_edition(second, due_at=soon).pk, now=soon)
    assert ours
    room_for_two = list(ours.batches.filter(count=4).order_by("number").values_list("pk", flat=True))[:2]
    assert recovery.batches_to_enqueue(now=soon, limit=1000) == room_for_two


@pytest.mark.django_db
def test_an_edition_that_its_own_pace_holds_back_does_not_hold_up_others_on_its_domain() -> None:
    first, second = make.publication(pace_per_hour=1), make.publication()
    make.readers(first, 3)
    make.readers(second, 3)
    WarmUp.objects.create(domain="example.org", starts_on=MONDAY.date(), daily=[100] * 9)
    opened = [
        open_dispatch.open_dispatch(make.approved_edition(each, due_at=MONDAY).pk, now=MONDAY)
        for each in (first, second)
    ]
    due = recovery.batches_to_enqueue(now=MONDAY, limit=1000)
    found = Counter(Batch.objects.filter(pk__in=due).values_list("dispatch", flat=True))
    assert found == {dispatch.pk: 1 for dispatch in opened if dispatch}
