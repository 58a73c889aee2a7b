"""Batch ids, pause and cancel over HTTP, with a clock that the test turns."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.postbox.postbox import Postbox
from tests.postbox.asking import Answer, ask, send

START = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
HELD = "/v3/user/scheduled_sends"


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def go(self, **ahead: float) -> None:
        self.now += timedelta(**ahead)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def postbox(tmp_path: Path, clock: Clock) -> Iterator[Postbox]:
    with Postbox(tmp_path / "postbox.sqlite3", clock=clock) as running:
        yield running


def new_batch(postbox: Postbox) -> str:
    answer = ask(postbox, "POST", "/v3/mail/batch")
    assert answer.status == 201
    return str(answer.json["batch_id"])


def hold(postbox: Postbox, batch: Any, status: Any = "cancel") -> Answer:
    return ask(postbox, "POST", HELD, {"batch_id": batch, "status": status})


def in_an_hour(clock: Clock) -> int:
    return int(clock.now.timestamp()) + 3600


def statuses(postbox: Postbox) -> dict[str, int]:
    return {status: number for status, number in postbox.counts()["statuses"].items() if number}


def test_a_batch_id_is_known_when_it_came_from_here(postbox: Postbox) -> None:
    batch = new_batch(postbox)
    assert ask(postbox, "GET", f"/v3/mail/batch/{batch}").json == {"batch_id": batch}
    answer = ask(postbox, "GET", "/v3/mail/batch/own")
    assert (answer.status, answer.json["errors"][0]["message"]) == (400, "invalid batch id")


def test_mail_may_name_a_batch_id_that_came_from_here_and_no_other(postbox: Postbox) -> None:
    assert send(postbox, batch_id=new_batch(postbox)).status == 202
    answer = send(postbox, batch_id="own")
    assert (answer.status, answer.fields) == (400, ["batch_id"])


def test_only_held_batches_are_listed(postbox: Postbox) -> None:
    merely_scheduled, held = new_batch(postbox), new_batch(postbox)
    answer = hold(postbox, held, "pause")
    assert (answer.status, answer.json) == (201, {"batch_id": held, "status": "pause"})
    assert ask(postbox, "GET", HELD).json == [{"batch_id": held, "status": "pause"}]
    assert ask(postbox, "GET", f"{HELD}/{held}").json == [{"batch_id": held, "status": "pause"}]
    assert ask(postbox, "GET", f"{HELD}/{merely_scheduled}").status == 404


def test_a_status_is_given_once_then_changed_then_taken_away(postbox: Postbox) -> None:
    batch = new_batch(postbox)
    hold(postbox, batch, "pause")
    again = hold(postbox, batch)
    assert (again.status, again.json["errors"][0]["message"]) == (
        400,
        "a status for this batch id exists, try PATCH to update the status",
    )
    assert ask(postbox, "PATCH", f"{HELD}/{batch}", {"status": "cancel"}).status == 204
    assert ask(postbox, "GET", HELD).json == [{"batch_id": batch, "status": "cancel"}]
    assert ask(postbox, "DELETE", f"{HELD}/{batch}").status == 204
    assert ask(postbox, "GET", HELD).json == []


def test_what_has_no_status_cannot_be_changed(postbox: Postbox) -> None:
    batch = new_batch(postbox)
    for method, body in (("PATCH", {"status": "pause"}), ("DELETE", None)):
        answer = ask(postbox, method, f"{HELD}/{batch}", body)
        assert (answer.status, answer.json["errors"][0]["message"]) == (404, "batch id not found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"batch_id": "own", "status": "pause"}, "batch_id"),
        ({"status": "pause"}, "batch_id"),
        (b"{", None),
        (b"[]", None),
    ],
)
def test_a_status_needs_a_batch_id_from_here(postbox: Postbox, body: Any, field: str | None) -> None:
    answer = ask(postbox, "POST", HELD, body)
    assert (answer.status, answer.fields) == (400, [field])


@pytest.mark.parametrize("status", ["stop", None, 1, ["pause"]])
def test_a_batch_is_paused_or_cancelled_and_nothing_else(postbox: Postbox, status: Any) -> None:
    batch = new_batch(postbox)
    assert (hold(postbox, batch, status).status, hold(postbox, batch, status).fields) == (400, ["status"])


def test_ten_batches_are_held_at_a_time(postbox: Postbox, clock: Clock) -> None:
    batches = [new_batch(postbox) for _ in range(11)]
    assert [hold(postbox, batch).status for batch in batches] == [201] * 10 + [400]
    assert hold(postbox, batches[10]).json["errors"][0]["message"] == "max limit reached"
    ask(postbox, "DELETE", f"{HELD}/{batches[0]}")
    assert hold(postbox, batches[10]).status == 201


def test_scheduled_mail_is_accepted_and_waits(postbox: Postbox, clock: Clock) -> None:
    send(postbox, send_at=in_an_hour(clock))
    assert statuses(postbox) == {"waiting": 1}
    clock.go(hours=1)
    assert statuses(postbox) == {"sent": 1}


def test_a_cancelled_batch_is_never_sent_and_the_second_submission_doubles_nobody(
    postbox: Postbox, clock: Clock
) -> None:
    first, second = new_batch(postbox), new_batch(postbox)
    send(postbox, batch_id=first, send_at=in_an_hour(clock))
    hold(postbox, first)
    send(postbox, batch_id=second, send_at=in_an_hour(clock) + 600)
    assert postbox.counts()["arriving_twice"] == 1  # until its time the first may still be brought back
    clock.go(hours=2)
    counts = postbox.counts()
    assert (counts["accepted_twice"], counts["arriving_twice"]) == (1, 0)
    assert statuses(postbox) == {"cancelled": 1, "sent": 1}


def test_a_cancel_that_comes_too_late_does_not_hold(postbox: Postbox, clock: Clock) -> None:
    batch = new_batch(postbox)
    send(postbox, batch_id=batch, send_at=in_an_hour(clock))
    clock.go(minutes=51)
    assert hold(postbox, batch).status == 201
    clock.go(minutes=9)
    assert statuses(postbox) == {"sent": 1}


def test_taking_a_cancel_away_brings_the_mail_back_to_life(postbox: Postbox, clock: Clock) -> None:
    batch = new_batch(postbox)
    send(postbox, batch_id=batch, send_at=in_an_hour(clock))
    hold(postbox, batch)
    ask(postbox, "DELETE", f"{HELD}/{batch}")
    clock.go(hours=1)
    assert statuses(postbox) == {"sent": 1}


def test_a_pause_past_its_time_sends_when_it_is_taken_away_and_expires_after_72_hours(
    postbox: Postbox, clock: Clock
) -> None:
    for _ in range(2):
        batch = new_batch(postbox)
        send(postbox, batch_id=batch, send_at=in_an_hour(clock))
        hold(postbox, batch, "pause")
    clock.go(hours=30)
    assert statuses(postbox) == {"paused": 2}
    ask(postbox, "DELETE", f"{HELD}/{batch}")
    clock.go(hours=50)
    assert statuses(postbox) == {"sent": 1, "expired": 1}


def test_mail_that_comes_past_its_time_is_sent_at_once_even_in_a_cancelled_batch(
    postbox: Postbox, clock: Clock
) -> None:
    batch, due = new_batch(postbox), in_an_hour(clock)
    hold(postbox, batch)
    clock.go(hours=2)
    send(postbox, batch_id=batch, send_at=due)
    assert statuses(postbox) == {"sent": 1}


def test_an_ended_batch_id_is_found_good_but_its_mail_is_lost(postbox: Postbox, clock: Clock) -> None:
    batch = new_batch(postbox)
    clock.go(days=10, seconds=1)
    assert ask(postbox, "GET", f"/v3/mail/batch/{batch}").status == 200
    assert send(postbox, batch_id=batch).status == 202
    assert statuses(postbox) == {"lost": 1}


def test_batches_and_their_states_outlive_a_restart(postbox: Postbox) -> None:
    batch = new_batch(postbox)
    hold(postbox, batch, "pause")
    postbox.stop()
    postbox.start()
    assert ask(postbox, "GET", HELD).json == [{"batch_id": batch, "status": "pause"}]
