"""The judge finds what it is there to find: without that, a table of noughts says nothing."""

from dataclasses import replace

from tests.torture.judging import Ledger, Row, judge

ACCEPTED = Row(1, "accepted", ("a@r.example", "b@r.example"), frozenset(), "")
UNCERTAIN = Row(2, "uncertain", ("c@r.example",), frozenset(), "no answer: TimeoutError")
GOOD = Ledger("attention", "…", candidates=3, planned=3, left_out=0, batches=(ACCEPTED, UNCERTAIN))
COPIES = {"a@r.example": 1, "b@r.example": 1}


def test_a_ledger_that_tells_what_happened_is_believed() -> None:
    found = judge(GOOD, COPIES)
    assert (found.accepted, found.uncertain, found.doubles, found.misses, found.breaches) == (2, 1, 0, 0, [])
    assert judge(GOOD, {**COPIES, "c@r.example": 1}).breaches == [], "uncertain may be either"


def test_a_second_copy_is_a_double() -> None:
    found = judge(GOOD, {**COPIES, "a@r.example": 2})
    assert (found.doubles, found.breaches) == (1, ["1 readers got two"])


def test_a_reader_called_accepted_whom_the_postbox_never_saw_is_a_miss() -> None:
    found = judge(GOOD, {"a@r.example": 1})
    assert (found.misses, found.breaches) == (1, ["1 readers got none and are not named"])


def test_a_batch_that_was_forgotten_is_a_miss() -> None:
    forgotten = replace(GOOD, batches=(ACCEPTED, replace(UNCERTAIN, state="claimed")))
    assert judge(forgotten, COPIES).misses == 1


def test_a_batch_called_refused_that_the_postbox_has_is_found() -> None:
    refused = replace(GOOD, batches=(ACCEPTED, replace(UNCERTAIN, state="refused", said="HTTP 413")))
    assert judge(refused, COPIES).breaches == []
    assert judge(refused, {**COPIES, "c@r.example": 1}).breaches == ["batch 2: called refused, and the postbox has it"]


def test_readers_of_a_batch_that_was_split_are_judged_where_they_stand_now() -> None:
    before = Row(3, "split", UNCERTAIN.readers, frozenset(), "HTTP 400")
    now = replace(UNCERTAIN, state="accepted")
    found = judge(replace(GOOD, batches=(ACCEPTED, before, now)), {**COPIES, "c@r.example": 1})
    assert (found.accepted, found.breaches) == (3, [])
    lost = judge(replace(GOOD, batches=(ACCEPTED, before)), COPIES)
    assert lost.breaches == ["1 planned readers are in no batch"]


def test_doubt_without_a_reason_is_found() -> None:
    silent = replace(GOOD, batches=(ACCEPTED, replace(UNCERTAIN, said="")))
    assert judge(silent, COPIES).breaches == ["batch 2 is uncertain without a reason"]


def test_counts_that_do_not_add_up_are_found() -> None:
    assert judge(replace(GOOD, candidates=4), COPIES).breaches == ["1 candidates are neither planned nor left out"]
    assert judge(replace(GOOD, candidates=4, planned=4), COPIES).breaches == ["1 planned readers are in no batch"]


def test_one_who_left_in_time_and_got_a_letter_all_the_same_is_found() -> None:
    left = replace(GOOD, batches=(replace(ACCEPTED, left=frozenset({"b@r.example"})), UNCERTAIN))
    assert judge(left, {"a@r.example": 1}).breaches == []
    assert judge(left, COPIES).breaches == ["batch 1: one who had left got a letter"]
