"""Events come twice, in any order, broken or not at all; the books are the same whatever way they came."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.audience.models import Subscription, SubscriptionStatus, Suppression
from newsletter.delivery.models import Attempt, Dispatch
from newsletter.insights import erase_reader, outcome_counts, process_events, reader_outcomes, webhook_post_queue
from newsletter.insights.dispatch_stats import DispatchStats, dispatch_stats, stats_by_dispatch
from newsletter.insights.models import DeliveryStage, OutcomeCounts, ReaderOutcome, WebhookPost, WebhookPostState
from newsletter.mail.message import Receipt
from newsletter.mail.sendgrid import event_webhook
from tests.insights.conftest import Given, come_in, ended, event
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
Opener = Callable[..., Dispatch]
TAKEN = Receipt(202, "abcdefghijklmnopqrstuv")
WORDS = ("processed", "deferred", "delivered", "open", "click", "bounce", "dropped", "spamreport", "unsubscribe")


def books() -> list[tuple[object, ...]]:
    return [row[1:] for row in ReaderOutcome.objects.order_by("dispatch", "subscriber").values_list()]


def forget_outcomes() -> None:
    ReaderOutcome.objects.all().delete()
    OutcomeCounts.objects.all().delete()


def assert_counts_are_exact() -> None:
    """The kept counts of each dispatch are those of its rows."""
    for dispatch in Dispatch.objects.all():
        rows = ReaderOutcome.objects.filter(dispatch=dispatch)
        counted = {name: rows.filter(reached=stage).count() for name, stage in outcome_counts.STAGES.items()}
        counted |= {name: rows.filter(**{f"{name}_at__isnull": False}).count() for name in outcome_counts.ACTIONS}
        assert (dispatch_stats(dispatch.pk) or DispatchStats()) == DispatchStats(**counted)


def test_each_reader_has_one_outcome_and_the_tally_counts_them(opened: Opener) -> None:
    attempt = ended(opened(readers=4), TAKEN)
    come_in(
        [event(attempt, "processed", reader=n) for n in range(4)],
        [event(attempt, "delivered", reader=n) for n in range(2)] + [event(attempt, "open", reader=0)],
        [event(attempt, "bounce", reader=2, type="bounce"), event(attempt, "open", reader=1, sg_machine_open=True)],
    )
    assert dispatch_stats(attempt.batch.dispatch_id) == DispatchStats(
        processed=1, delivered=2, bounced=1, opened=1, prefetched=1
    )
    assert ReaderOutcome.objects.count() == 4


def test_nothing_is_tallied_before_anything_is_heard(opened: Opener) -> None:
    dispatch = opened()
    assert dispatch_stats(dispatch.pk) is None
    assert stats_by_dispatch([]) == {}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32), cuts=st.integers(1, 6), words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=9)
)
def test_any_order_and_any_repetition_gives_the_same_outcomes(
    opened: Opener, seed: int, cuts: int, words: list[str]
) -> None:
    forget_outcomes()
    attempt = Attempt.objects.first() or ended(opened(readers=3), TAKEN)  # made once for all examples
    chance = random.Random(seed)  # noqa: S311 no secret
    told = [
        event(attempt, word, reader=chance.randrange(3), after=60 + number, sg_event_id=f"{seed}-{number}")
        for number, word in enumerate(words)
    ]
    come_in(told)
    straight = books()
    assert_counts_are_exact()
    forget_outcomes()
    wild = told + chance.choices(told, k=len(told))
    chance.shuffle(wild)
    for one in chance.sample(wild, k=len(wild) // 3):
        one["sg_event_id"] = f"another {chance.random()}"  # copies have been seen with ids of their own
    come_in(*(wild[cut::cuts] for cut in range(cuts)))
    assert books() == straight
    assert straight
    assert_counts_are_exact()


def test_a_letter_that_was_opened_was_delivered_though_the_event_that_said_so_was_lost(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    come_in([event(attempt, "processed"), event(attempt, "click")])
    outcome = ReaderOutcome.objects.get()
    assert (outcome.reached, outcome.delivered_at) == (DeliveryStage.DELIVERED, None)
    assert outcome.clicked_at == MONDAY + timedelta(seconds=60)


def test_what_bounced_late_is_bounced_and_what_was_dropped_at_the_second_attempt_is_delivered(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    come_in([event(attempt, "bounce", reader=0), event(attempt, "delivered", reader=1)])
    come_in([event(attempt, "delivered", reader=0), event(attempt, "dropped", reader=1, reason="Spam Content")])
    assert list(ReaderOutcome.objects.order_by("subscriber").values_list("reached", flat=True)) == [
        DeliveryStage.BOUNCED,
        DeliveryStage.DELIVERED,
    ]


@pytest.mark.parametrize("post", [b"", b"{", b"7", b'"words"', b"\xff\xfe", b"null"])
def test_a_post_that_cannot_be_read_is_set_aside_and_stands_in_nobodys_way(opened: Opener, post: bytes) -> None:
    attempt = ended(opened(), TAKEN)
    assert come_in(post, [event(attempt)]) == 2
    aside = WebhookPost.objects.get(state=WebhookPostState.FAILED)
    assert bytes(aside.body) == post
    assert aside.problem
    assert ReaderOutcome.objects.count() == 1
    assert process_events.process_posts(now=MONDAY + timedelta(days=1)) == 0


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the trigger that makes it fail is written for SQLite")
def test_a_post_that_makes_absorbing_crash_is_set_aside_alone(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    told = [event(attempt, reader=n) for n in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER crash BEFORE INSERT ON insights_readeroutcome "
            f"WHEN NEW.subscriber = {int(told[1]['nl_subscriber'])} BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    assert come_in([told[0]], [told[1]], [told[2]]) == 3
    assert [notice.state for notice in WebhookPost.objects.order_by("pk")] == ["processed", "failed", "processed"]
    problem = WebhookPost.objects.get(state=WebhookPostState.FAILED).problem
    assert problem == "Some of its 1 events could not be processed: 1 with IntegrityError."


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the trigger that makes it fail is written for SQLite")
def test_an_event_that_makes_absorbing_crash_costs_itself_alone(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    told = [event(attempt, reader=n) for n in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER crash BEFORE INSERT ON insights_readeroutcome "
            f"WHEN NEW.subscriber = {int(told[1]['nl_subscriber'])} BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    come_in(told)
    assert {str(pk) for pk in ReaderOutcome.objects.values_list("subscriber", flat=True)} == {
        told[0]["nl_subscriber"],
        told[2]["nl_subscriber"],
    }
    assert WebhookPost.objects.get().state == WebhookPostState.FAILED


def test_half_a_character_in_one_event_costs_no_other(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    come_in([event(attempt, "unsubscribe", reader=0), event(attempt, "open", reader=1, useragent="\ud83d broken")])
    assert WebhookPost.objects.get().state == WebhookPostState.PROCESSED
    assert Subscription.objects.filter(status=SubscriptionStatus.UNSUBSCRIBED).count() == 1
    assert ReaderOutcome.objects.count() == 2


def test_an_event_that_names_no_dispatch_stands_in_no_other_events_way(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    bare: Given = {"nl_dispatch": None, "nl_batch": None, "nl_attempt": None, "sg_message_id": None}
    come_in([event(attempt, "bounce", reader=0, **bare), event(attempt, reader=1)])
    notice = WebhookPost.objects.get()
    assert (notice.state, notice.problem) == (WebhookPostState.PROCESSED, "")
    assert ReaderOutcome.objects.count() == 1
    assert Suppression.objects.count() == 1


def troubled(*_: object) -> None:
    raise OperationalError("too many SQL variables")


def test_trouble_of_the_database_delays_a_post_longer_each_time_and_not_for_ever(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = ended(opened(), TAKEN)
    webhook_post_queue.store(json.dumps([event(attempt)]).encode(), stamp="1795000000", now=MONDAY)
    monkeypatch.setattr(reader_outcomes, "upsert", troubled)
    now, waits = MONDAY, []
    for _ in range(100):
        process_events.process_posts(now=now)
        notice = WebhookPost.objects.get()
        if notice.try_at is None:
            break
        waits.append((notice.try_at - now).total_seconds())
        now = notice.try_at
    assert notice.state == WebhookPostState.FAILED
    assert "OperationalError" in notice.problem
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_trouble_that_passes_is_forgotten(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = ended(opened(), TAKEN)
    webhook_post_queue.store(json.dumps([event(attempt)]).encode(), stamp="1795000000", now=MONDAY)
    with monkeypatch.context() as away:
        away.setattr(reader_outcomes, "upsert", troubled)
        process_events.process_posts(now=MONDAY)
    process_events.process_posts(now=MONDAY + timedelta(minutes=1))
    assert WebhookPost.objects.get().state == WebhookPostState.PROCESSED


def test_a_post_that_ends_its_worker_is_set_aside_in_the_end_and_takes_no_other_with_it(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = ended(opened(), TAKEN)
    told = [json.dumps([event(attempt, reader=n)]).encode() for n in range(3)]
    for number, body in enumerate(told):
        webhook_post_queue.store(body, stamp=str(1_795_000_000 + number), now=MONDAY)
    read = event_webhook.parse_post

    def kill(body: bytes, **terms: Any) -> Any:
        if body == told[1]:
            raise SystemExit("the kernel ran out of memory")  # nothing after it runs
        return read(body, **terms)

    monkeypatch.setattr(event_webhook, "parse_post", kill)
    now = MONDAY
    for _ in range(30):
        with suppress(SystemExit):
            process_events.process_posts(now=now)
        now += webhook_post_queue.LEASE + timedelta(seconds=1)
    assert [notice.state for notice in WebhookPost.objects.order_by("pk")] == ["processed", "failed", "processed"]
    assert (
        WebhookPost.objects.get(state=WebhookPostState.FAILED).problem
        == "It was tried 10 times, and no try was completed."
    )
    assert ReaderOutcome.objects.count() == 2


@pytest.mark.long
def test_more_events_than_a_statement_takes_values_are_absorbed_together(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    blocked = event(attempt, "bounce", type="blocked")
    bare = {"event": "bounce", "timestamp": 1, "sg_message_id": "x"}
    strangers = [{**bare, "email": f"a{n}@example.com", "sg_message_id": f"{n}.x"} for n in range(33_000)]
    elsewhere = [{**blocked, "nl_subscriber": str(n)} for n in make.readers(make.publication(), 33_000)]
    come_in(strangers, elsewhere, [event(attempt)])
    assert not WebhookPost.objects.exclude(state=WebhookPostState.PROCESSED).exists()
    assert ReaderOutcome.objects.count() == 33_001


def test_events_that_make_no_sense_are_counted_and_those_beside_them_are_absorbed(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    strange: list[object] = [7, None, {}, {"event": 5}, {"event": "account_status_change"}, event(attempt)]
    strange += [event(attempt, reader=1, timestamp="soon", nl_batch=7, email="\0", sg_message_id=[], reason={})]
    strange += [event(attempt, reader=2, timestamp=1e300), event(attempt, nl_subscriber="9" * 19, nl_dispatch="²")]
    come_in(json.dumps(strange).encode())
    notice = WebhookPost.objects.get()
    assert (notice.state, notice.events) == (WebhookPostState.PROCESSED, 4)
    assert notice.problem == "4 of its events could not be read."
    assert ReaderOutcome.objects.filter(reached=DeliveryStage.DELIVERED).count() == 3


def test_events_of_strangers_and_of_other_houses_are_passed_over(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    stranger = {"event": "bounce", "email": "stranger@example.com", "timestamp": 1}
    come_in([event(attempt, nl_dispatch="99999"), stranger])
    assert not ReaderOutcome.objects.exists()
    assert WebhookPost.objects.get().state == WebhookPostState.PROCESSED


def test_a_late_event_without_our_ids_is_known_by_the_call_and_the_address(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    bare: Given = {"nl_dispatch": None, "nl_batch": None, "nl_attempt": None, "nl_subscriber": None}
    come_in([event(attempt, "bounce", reader=1, **bare)])
    outcome = ReaderOutcome.objects.get()
    assert (outcome.dispatch_id, outcome.reached) == (attempt.batch.dispatch_id, DeliveryStage.BOUNCED)


def test_posts_in_the_hands_of_a_lost_worker_are_absorbed_when_its_lease_is_over(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    webhook_post_queue.store(json.dumps([event(attempt)]).encode(), stamp="1", now=MONDAY)
    assert len(webhook_post_queue.claim(now=MONDAY, max_posts=10)) == 1
    assert process_events.process_posts(now=MONDAY + timedelta(seconds=5)) == 0
    assert process_events.process_posts(now=MONDAY + timedelta(minutes=5)) == 1
    assert ReaderOutcome.objects.count() == 1


def test_posts_are_thrown_away_after_thirty_days_whatever_became_of_them() -> None:
    for days in (0, 29, 31, 40):
        webhook_post_queue.store(b"[]", stamp=str(days), now=MONDAY - timedelta(days=days))
    assert webhook_post_queue.prune(now=MONDAY) == 2
    assert webhook_post_queue.prune(now=MONDAY) == 0
    assert WebhookPost.objects.count() == 2
    with override_settings(POSTS_KEPT_DAYS=2):
        assert webhook_post_queue.prune(now=MONDAY) == 1


def test_several_events_of_one_reader_in_one_post_are_merged_at_once(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    post = [event(attempt, "delivered", after=9), event(attempt, "open", after=20), event(attempt, "open", after=10)]
    post += [event(attempt, "deferred", after=5), event(attempt, "bounce", after=30)]
    events = event_webhook.parse_post(json.dumps(post).encode(), received_at=MONDAY).events
    [row] = reader_outcomes.merge_events(events).values()
    times = {(value - MONDAY).total_seconds() for value in row[1:] if isinstance(value, datetime)}
    assert (row[0], times) == (DeliveryStage.BOUNCED, {9, 10, 30})


def test_a_post_that_another_worker_has_claimed_since_is_not_put_off_by_the_first() -> None:
    webhook_post_queue.store(b"[]", stamp=str(int(MONDAY.timestamp())), now=MONDAY)
    [first] = webhook_post_queue.claim(now=MONDAY, max_posts=1)
    later = MONDAY + 2 * webhook_post_queue.LEASE
    [second] = webhook_post_queue.claim(now=later, max_posts=1)
    webhook_post_queue.leave(first, now=later)
    assert WebhookPost.objects.get().try_at == later + webhook_post_queue.LEASE
    webhook_post_queue.leave(second, now=later)
    assert WebhookPost.objects.get().try_at == later + 2 * webhook_post_queue.WAIT


def test_a_call_is_found_by_the_id_of_the_provider_through_an_index() -> None:
    plan = Attempt.objects.filter(provider_id__in=["abc", "def"]).explain()
    names = {index.name for index in Attempt._meta.indexes}
    assert "attempt_by_provider_id" in names
    if connection.vendor == "sqlite":  # PostgreSQL reads a table of no rows whole
        assert "attempt_by_provider_id" in plan


def test_late_events_of_an_erased_person_leave_no_row_and_count_nothing(opened: Opener) -> None:
    attempt = ended(opened(readers=2), TAKEN)
    delivered, clicked = event(attempt, reader=0), event(attempt, "click", reader=0)
    come_in([delivered, event(attempt, reader=1)])
    erase_reader.erase(delivered["email"])
    assert [row.subscriber for row in ReaderOutcome.objects.all()] == [int(event(attempt, reader=1)["nl_subscriber"])]
    come_in([clicked])
    assert ReaderOutcome.objects.count() == 1
    assert dispatch_stats(attempt.batch.dispatch_id) == DispatchStats(delivered=2)
