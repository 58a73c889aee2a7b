"""The sentences about an edition, from planned to sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from newsletter.delivery.ledger.progress import Progress
from newsletter.editions.models import EditionState
from newsletter.local.console import status_messages
from newsletter.local.console.edition_snapshot import EditionSnapshot, LetterSummary

DUE = datetime(2026, 11, 23, 19, 45, 10, tzinfo=UTC)
BEFORE = DUE - timedelta(seconds=60)
PLANNED = EditionSnapshot(1, "The Lantern", EditionState.PLANNED, "", DUE, None, None)
LETTER = LetterSummary("The library is open", 5, 38_400, ())
ASSEMBLED = replace(PLANNED, state=EditionState.ASSEMBLED, letter=LETTER)
APPROVED = replace(ASSEMBLED, state=EditionState.APPROVED)
ALL_ACCEPTED = Progress(
    state="finished", reason="", opening=False, candidates=250, planned=250, left_out={}, accepted=250, refused=0,
    uncertain=0, waiting=0, left_since=0,
)  # fmt: skip
SENDING = replace(
    APPROVED, state=EditionState.DISPATCHING, progress=replace(ALL_ACCEPTED, state="open", accepted=100, waiting=150)
)
DISPATCHED = replace(SENDING, state=EditionState.DISPATCHED, progress=ALL_ACCEPTED)


def test_each_step_of_an_edition_is_one_message() -> None:
    way: list[EditionSnapshot | None] = [None, PLANNED, APPROVED, APPROVED, SENDING, SENDING, DISPATCHED]
    messages = [status_messages.first_message(PLANNED, stories=5, readers=250)]
    for before, after in pairwise(way):
        assert after
        messages += status_messages.changes(before, after, now=BEFORE)
    assert messages == [
        "Edition 1 of The Lantern: 5 stories queued for 250 readers.",
        "Edition 1 is assembled: “The library is open”, 5 stories, 38 KB; preflight: no problems.",
        f"Edition 1 is approved and will be sent at {status_messages.clock_time(DUE)}.",
        "Edition 1 is sent: 250 of 250 accepted; totals match.",
    ]


def test_an_edition_in_progress_is_reported_with_its_state() -> None:
    assert (
        status_messages.first_message(APPROVED, stories=0, readers=1)
        == "Edition 1 of The Lantern was already in progress at this start."
    )
    assert len(status_messages.changes(None, APPROVED, now=BEFORE)) == 2


def test_findings_of_preflight_are_listed() -> None:
    letter = replace(LETTER, findings=("warn: picture-without-size, story 2",))
    (sentence, _) = status_messages.changes(PLANNED, replace(ASSEMBLED, letter=letter), now=BEFORE)
    assert sentence.endswith("preflight: warn: picture-without-size, story 2.")


def test_an_edition_that_waits_for_approval_says_so() -> None:
    assert "is waiting for approval on the desk" in status_messages.changes(PLANNED, ASSEMBLED, now=BEFORE)[-1]


def test_a_rebuild_is_reported() -> None:
    back = status_messages.changes(APPROVED, PLANNED, now=BEFORE)
    assert back == ["Edition 1: content changed, rebuilding."]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (EditionState.HELD, "Edition 1 is held: no stories"),
        (EditionState.CANCELLED, "Edition 1 was not sent: no stories"),
    ],
)
def test_a_held_or_cancelled_edition_gives_its_reason(state: EditionState, message: str) -> None:
    assert status_messages.changes(PLANNED, replace(PLANNED, state=state, reason="no stories"), now=BEFORE) == [message]


@pytest.mark.parametrize("state", ["paused", "stopped", "attention"])
def test_a_stopped_dispatch_is_reported_once_and_is_not_in_progress(state: str) -> None:
    assert SENDING.progress
    still = replace(SENDING, progress=replace(SENDING.progress, state=state, reason="Three batches were refused."))
    (sentence,) = status_messages.changes(SENDING, still, now=BEFORE)
    assert sentence.endswith("Three batches were refused.")
    assert status_messages.changes(still, still, now=BEFORE) == []
    assert not still.is_in_progress
    assert SENDING.is_in_progress


@pytest.mark.parametrize(
    ("change", "good", "message"),
    [
        ({}, True, "250 of 250 accepted; totals match."),
        ({"accepted": 249, "left_since": 1}, True, "249 of 250 accepted, 1 unsubscribed meanwhile; totals match."),
        ({"accepted": 249, "refused": 1}, False, "249 of 250 accepted, 1 refused; totals match."),
        ({"accepted": 0, "uncertain": 250}, False, "0 of 250 accepted, 250 uncertain; totals match."),
        ({"accepted": 249}, False, "249 of 250 accepted; totals do NOT match."),
        (
            {"state": "open", "accepted": 249, "waiting": 1},
            False,
            "249 of 250 accepted, 1 still waiting; totals match.",
        ),
        ({"state": "stopped"}, False, "250 of 250 accepted; totals match."),
    ],
)
def test_the_verdict_is_good_only_when_everybody_was_accepted(
    change: dict[str, object], good: bool, message: str
) -> None:
    assert status_messages.verdict(replace(ALL_ACCEPTED, **change)) == (good, message)  # type: ignore[arg-type]  # fields by name


def test_an_edition_without_a_dispatch_is_not_good() -> None:
    assert status_messages.verdict(None) == (False, "nothing was sent.")


def test_the_bar_counts_seconds_and_then_readers() -> None:
    assert status_messages.progress_bar(PLANNED, began=BEFORE, now=BEFORE) == (
        "Edition 1: queued, will be sent in 60 s",
        0,
        60,
    )
    later = BEFORE + timedelta(seconds=45)
    assert status_messages.progress_bar(APPROVED, began=BEFORE, now=later) == (
        "Edition 1: approved, will be sent in 15 s",
        45,
        60,
    )
    assert status_messages.progress_bar(APPROVED, began=BEFORE, now=DUE) == (
        "Edition 1: due, waiting for a worker",
        1,
        1,
    )
    assert status_messages.progress_bar(SENDING, began=BEFORE, now=DUE) == (
        "Edition 1: sending, 100 of 250",
        100,
        250,
    )


def test_a_late_edition_is_not_announced_for_a_past_time() -> None:
    assert status_messages.changes(ASSEMBLED, APPROVED, now=DUE) == [
        f"Edition 1 is approved and was due at {status_messages.clock_time(DUE)}."
    ]
