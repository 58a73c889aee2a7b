"""A seed says all that is done in a run."""

from newsletter.postbox.requests.fault_injection import FaultRule
from tests.torture.faults import DATABASE, DATABASES, FROZEN, KILLED, plan

MANY = [plan(seed) for seed in range(200)]


def test_the_same_seed_is_the_same_run() -> None:
    assert plan(7) == plan(7)
    assert plan(7) != plan(9)


def test_many_runs_kill_and_freeze_everything_that_there_is_on_both_databases() -> None:
    faults = [fault for one in MANY for fault in one.faults]
    assert {fault.what for fault in faults} == {"kill", "freeze", "answer", "empty", "repeat", *DATABASE}
    assert {fault.target for fault in faults if fault.what == "kill"} == set(KILLED)
    assert {fault.target for fault in faults if fault.what == "freeze"} == set(FROZEN)
    assert {one.database for one in MANY} == set(DATABASES)
    assert {one.has_evidence for one in MANY} == {True, False}
    assert {bool(one.bad) for one in MANY} == {True, False}
    hurt = {one.database for one in MANY if any(fault.what in DATABASE for fault in one.faults)}
    assert hurt == {"postgres"}, "SQLite has no process that could be killed"


def test_every_answer_that_is_ordered_is_one_that_the_postbox_knows() -> None:
    for one in MANY:
        for fault in one.faults:
            assert str(fault)
            if fault.what == "answer":
                FaultRule.read(fault.order)
