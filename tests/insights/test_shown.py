"""Where people see what came of an edition: in the status, and in the figures of its dispatch."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from newsletter.cli.support import json_shapes
from newsletter.delivery.models import Attempt, Dispatch
from newsletter.delivery.states import DispatchState
from newsletter.insights import rejected_posts, webhook_post_queue
from newsletter.insights.dispatch_stats import DispatchStats, dispatch_stats
from newsletter.insights.event_backlog import event_backlog
from newsletter.mail.message import Receipt
from newsletter.ops.system_status import status
from tests.insights.conftest import come_in, ended, event
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
Opener = Callable[..., Dispatch]


def test_the_status_shows_the_tally_of_each_dispatch(opened: Opener) -> None:
    attempt = ended(opened(), Receipt(202, "x"))
    opened()
    come_in([event(attempt, reader=n) for n in range(2)])
    found = {row.edition.pk: row.tally for row in status(now=MONDAY).editions}
    told = found.pop(attempt.batch.dispatch.edition_id)
    assert told is not None
    assert told.delivered == 2
    assert list(found.values()) == [None]


def test_the_command_line_shows_the_tally_once_there_is_one(opened: Opener) -> None:
    dispatch = opened()
    assert json_shapes.dispatch(dispatch)["tally"] is None
    come_in([event(ended(dispatch, Receipt(202, "x")), "bounce")])
    assert json_shapes.dispatch(dispatch)["tally"]["bounced"] == 1


def test_posts_that_wait_are_no_trouble_until_they_wait_for_long() -> None:
    webhook_post_queue.store(b"[]", stamp=str(int(MONDAY.timestamp())), now=MONDAY)
    assert event_backlog(now=MONDAY).waiting == 1
    for minutes, pages in ((1, []), (11, ["late-events"])):
        troubles = status(now=MONDAY + timedelta(minutes=minutes)).verdict.problems
        assert [trouble.page for trouble in troubles if trouble.page == "late-events"] == pages


def test_posts_that_nobody_understands_are_told_of_for_a_day() -> None:
    come_in(b"{")
    assert event_backlog(now=MONDAY + timedelta(hours=1)).failed == 1
    assert event_backlog(now=MONDAY + timedelta(hours=25)).failed == 0


def silent(*, now: datetime) -> bool:
    return "No delivery events" in " ".join(trouble.sentence for trouble in status(now=now).verdict.problems)


def finished(opened: Opener, *, days_ago: int, readers: int = 2) -> Attempt:
    """An edition that was sent then."""
    attempt = ended(opened(readers=readers), Receipt(202, f"call{days_ago:018}"))
    Dispatch.objects.filter(pk=attempt.batch.dispatch_id).update(
        state=DispatchState.FINISHED, opened_at=MONDAY - timedelta(days=days_ago)
    )
    return attempt


def test_three_editions_of_which_nothing_was_heard_are_not_all_is_well(opened: Opener) -> None:
    oldest = finished(opened, days_ago=3)
    finished(opened, days_ago=2)
    assert not silent(now=MONDAY)
    finished(opened, days_ago=1)
    assert silent(now=MONDAY)
    assert not silent(now=MONDAY - timedelta(hours=23, minutes=30))  # events of the third may still come
    come_in([event(oldest)])
    assert not silent(now=MONDAY)


def test_editions_that_were_heard_of_do_not_hide_that_the_last_three_were_not(opened: Opener) -> None:
    come_in([event(finished(opened, days_ago=4))])
    for days in (3, 2):
        finished(opened, days_ago=days)
    assert not silent(now=MONDAY)
    finished(opened, days_ago=1)
    assert silent(now=MONDAY)


def test_a_rejected_post_is_reported_until_a_valid_one_comes_and_for_a_day() -> None:
    rejected_posts.reset()
    rejected_posts.record(rejected_posts.Reason.SIGNATURE, now=MONDAY)
    found = event_backlog(now=MONDAY + timedelta(hours=1)).refused
    assert found
    assert (found.reason, found.last_at) == ("signature", MONDAY)
    assert event_backlog(now=MONDAY + timedelta(hours=25)).refused is None
    webhook_post_queue.store(b"[]", stamp=str(int(MONDAY.timestamp())), now=MONDAY)  # in the same moment
    assert event_backlog(now=MONDAY + timedelta(hours=1)).refused is None


def test_a_dispatch_is_counted_by_what_was_received_and_by_nothing_else(opened: Opener) -> None:
    attempt = ended(opened(readers=3), Receipt(202, "x"))
    come_in(
        [event(attempt, "bounce", reader=0), event(attempt, "delivered", reader=1), event(attempt, "open", reader=1)]
    )
    found = dispatch_stats(attempt.batch.dispatch_id)
    assert found == DispatchStats(0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0)
    assert found.with_events == 2
    assert DispatchStats(delivered=1, bounced=1, opened=1) == found


def accepted(opened: Opener, *, minutes_ago: int) -> None:
    """A dispatch whose call, with 100 readers, the provider accepted then."""
    attempt = ended(opened(), Receipt(202, "x"))
    Attempt.objects.filter(pk=attempt.pk).update(ended_at=MONDAY - timedelta(minutes=minutes_ago))
    type(attempt.batch).objects.filter(pk=attempt.batch_id).update(submitted=100)


def test_events_that_stop_while_emails_leave_are_noticed_after_half_an_hour(opened: Opener) -> None:
    webhook_post_queue.store(b"[]", stamp=str(int(MONDAY.timestamp())), now=MONDAY - timedelta(hours=2))
    accepted(opened, minutes_ago=31)
    assert event_backlog(now=MONDAY).silent_since == MONDAY - timedelta(minutes=31)
    assert event_backlog(now=MONDAY - timedelta(minutes=5)).silent_since is None
    webhook_post_queue.store(b"[{}]", stamp=str(int(MONDAY.timestamp())), now=MONDAY)
    assert event_backlog(now=MONDAY).silent_since is None


def test_silence_is_no_problem_before_the_first_webhook_post(opened: Opener) -> None:
    accepted(opened, minutes_ago=31)
    assert event_backlog(now=MONDAY).silent_since is None
