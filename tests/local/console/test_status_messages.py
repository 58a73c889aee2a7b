"""The sentences about an edition, from its first look to its last."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from newsletter.delivery.ledger.progress import Progress
from newsletter.editions.models import State
from newsletter.local.console import status_messages
from newsletter.local.console.edition_snapshot import EditionSnapshot, Frozen

DUE = datetime(2026, 11, 23, 19, 45, 10, tzinfo=UTC)
BEFORE = DUE - timedelta(seconds=60)
PLANNED = EditionSnapshot(1, "The Lantern", State.PLANNED, "", DUE, None, None)
LETTER = Frozen("The library is open", 5, 38_400, ())
ASSEMBLED = replace(PLANNED, state=State.ASSEMBLED, letter=LETTER)
APPROVED = replace(ASSEMBLED, state=State.APPROVED)
ALL_ACCEPTED = Progress(
    state="finished", reason="", opening=False, candidates=250, planned=250, left_out={}, accepted=250, refused=0,
    uncertain=0, waiting=0, left_since=0,
)  # fmt: skip
SENDING = replace(
    APPROVED, state=State.DISPATCHING, progress=replace(ALL_ACCEPTED, state="open", accepted=100, waiting=150)
)
DISPATCHED = replace(SENDING, state=State.DISPATCHED, progress=ALL_ACCEPTED)


def test_a_whole_way_is_told_once_each_step() -> None:
    way: list[EditionSnapshot | None] = [None, PLANNED, APPROVED, APPROVED, SENDING, SENDING, DISPATCHED]
    told = [status_messages.beginning(PLANNED, stories=5, readers=250)]
    for before, after in pairwise(way):
        assert after
        told += status_messages.changes(before, after, now=BEFORE)
    assert told == [
        "Edition 1 of The Lantern: 5 stories queued for 250 readers.",
        "Edition 1 is assembled: “The library is open”, 5 stories, 38 KB; preflight found nothing amiss.",
        f"Edition 1 is approved and leaves at {status_messages.clock_time(DUE)}.",
        "Edition 1 is dispatched: 250 of 250 accepted; the ledger adds up.",
    ]


def test_who_comes_late_hears_what_was_before() -> None:
    assert (
        status_messages.beginning(APPROVED, stories=0, readers=1)
        == "Edition 1 of The Lantern was begun before this start."
    )
    assert len(status_messages.changes(None, APPROVED, now=BEFORE)) == 2


def test_findings_of_preflight_are_told() -> None:
    letter = replace(LETTER, findings=("warn: picture-without-size, story 2",))
    (sentence, _) = status_messages.changes(PLANNED, replace(ASSEMBLED, letter=letter), now=BEFORE)
    assert sentence.endswith("preflight found warn: picture-without-size, story 2.")


def test_a_letter_that_waits_for_a_person_says_so() -> None:
    assert "waits for somebody's approval at the desk" in status_messages.changes(PLANNED, ASSEMBLED, now=BEFORE)[-1]


def test_a_new_assembly_is_told() -> None:
    back = status_messages.changes(APPROVED, PLANNED, now=BEFORE)
    assert back == ["Edition 1: something in it has changed, so it is assembled anew."]


@pytest.mark.parametrize(
    ("state", "words"),
    [(State.HELD, "Edition 1 is held: no stories"), (State.CANCELLED, "Edition 1 was not sent: no stories")],
)
def test_an_edition_that_goes_no_further_gives_its_reason(state: State, words: str) -> None:
    assert status_messages.changes(PLANNED, replace(PLANNED, state=state, reason="no stories"), now=BEFORE) == [words]


@pytest.mark.parametrize("state", ["paused", "stopped", "attention"])
def test_a_dispatch_that_stands_still_is_told_once_and_is_not_on_its_way(state: str) -> None:
    assert SENDING.progress
    still = replace(SENDING, progress=replace(SENDING.progress, state=state, reason="Three batches were refused."))
    (sentence,) = status_messages.changes(SENDING, still, now=BEFORE)
    assert sentence.endswith("Three batches were refused.")
    assert status_messages.changes(still, still, now=BEFORE) == []
    assert not still.on_its_way
    assert SENDING.on_its_way


@pytest.mark.parametrize(
    ("change", "good", "words"),
    [
        ({}, True, "250 of 250 accepted; the ledger adds up."),
        ({"accepted": 249, "left_since": 1}, True, "249 of 250 accepted, 1 left meanwhile; the ledger adds up."),
        ({"accepted": 249, "refused": 1}, False, "249 of 250 accepted, 1 refused; the ledger adds up."),
        ({"accepted": 0, "uncertain": 250}, False, "0 of 250 accepted, 250 uncertain; the ledger adds up."),
        ({"accepted": 249}, False, "249 of 250 accepted; the ledger does NOT add up."),
        (
            {"state": "open", "accepted": 249, "waiting": 1},
            False,
            "249 of 250 accepted, 1 still waiting; the ledger adds up.",
        ),
        ({"state": "stopped"}, False, "250 of 250 accepted; the ledger adds up."),
    ],
)
def test_the_verdict_is_good_only_when_everybody_was_accepted(
    change: dict[str, object], good: bool, words: str
) -> None:
    assert status_messages.verdict(replace(ALL_ACCEPTED, **change)) == (good, words)  # type: ignore[arg-type]  # fields by name


def test_what_was_never_dispatched_is_not_good() -> None:
    assert status_messages.verdict(None) == (False, "nothing of it left.")


def test_the_bar_counts_seconds_and_then_readers() -> None:
    assert status_messages.on_the_bar(PLANNED, began=BEFORE, now=BEFORE) == ("Edition 1: queued, leaves in 60 s", 0, 60)
    later = BEFORE + timedelta(seconds=45)
    assert status_messages.on_the_bar(APPROVED, began=BEFORE, now=later) == (
        "Edition 1: approved, leaves in 15 s",
        45,
        60,
    )
    assert status_messages.on_the_bar(APPROVED, began=BEFORE, now=DUE) == ("Edition 1: due, waits for a worker", 1, 1)
    assert status_messages.on_the_bar(SENDING, began=BEFORE, now=DUE) == (
        "Edition 1: dispatching, 100 of 250",
        100,
        250,
    )


def test_an_edition_that_is_late_is_not_said_to_leave_in_the_past() -> None:
    assert status_messages.changes(ASSEMBLED, APPROVED, now=DUE) == [
        f"Edition 1 is approved and was due at {status_messages.clock_time(DUE)}."
    ]
