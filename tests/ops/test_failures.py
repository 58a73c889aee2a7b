"""Unexpected errors: recorded in groups, without what they were about."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Attempt, Batch
from newsletter.delivery.states import AttemptStatus
from newsletter.ops.failures import record_failure as failures
from newsletter.ops.failures.describe_exception import describe_exception, hidden
from newsletter.ops.failures.provider_answers import provider_answers
from newsletter.ops.failures.record_failure import failure_groups, forget_old_failures, record_failure
from newsletter.ops.models import Failure
from tests.support import factories as make
from tests.support.factories import MONDAY

TASK = "workers.tasks.assembly.assemble"


def raised(text: str, kind: type[Exception] = ValueError) -> Exception:
    """An exception with a traceback through a function of ours."""
    secret = "rita@readers.example"  # a local variable
    try:
        try:
            raise kind(text)
        except kind as cause:
            raise RuntimeError(f"for {secret}") from cause
    except RuntimeError as error:
        return error


def record(error: Exception, *, now: datetime = MONDAY, name: str = TASK) -> None:
    record_failure(error, source="task", name=name, now=now)


def test_a_description_has_the_place_and_no_address_token_or_argument() -> None:
    token = "a1b2c3d4" * 8
    found = describe_exception(raised(f"key (email)=(rita@readers.example) /u/{token} {token}"), name=TASK)
    whole = " ".join((found.message, found.trace))
    assert "[address]" in whole
    for hidden_text in ("rita@", token):
        assert hidden_text not in whole
    assert found.exception == "RuntimeError"
    assert "test_failures.py" in found.place
    assert "in raised" in found.place
    assert "The above exception was the direct cause" in found.trace
    assert "/tests/" not in found.place.split("tests/")[0], "the path begins in the project"
    assert hidden("a\0b") == "ab"


def test_an_exception_that_was_never_raised_has_a_description() -> None:
    assert describe_exception(ValueError("x" * 400), name=TASK).place == "unknown"


@pytest.mark.django_db
def test_the_same_error_at_the_same_place_is_one_group_with_its_counts() -> None:
    for hours in (0, 0, 2, 30):
        record(raised(f"batch {hours}"), now=MONDAY - timedelta(hours=hours))
    record(raised("other"), name="another.task")
    assert Failure.objects.count() == 4, "two in one minute are one row"
    groups = {group.latest.name: group for group in failure_groups(now=MONDAY + timedelta(seconds=1))}
    assert groups[TASK].counts == {"1 h": 2, "3 h": 3, "24 h": 3, "3 d": 4, "7 d": 4}
    assert groups["another.task"].counts["7 d"] == 1
    assert failure_groups(now=MONDAY + timedelta(days=8)) == []


@pytest.mark.django_db
def test_a_failure_that_cannot_be_recorded_raises_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ops_failure RENAME TO elsewhere")
    record(raised("again"))


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


@pytest.mark.django_db
def test_an_exception_whose_text_cannot_be_read_raises_nothing() -> None:
    record(Unspeakable())
    assert Failure.objects.count() == 0


def test_the_values_of_a_row_that_postgresql_prints_are_hidden() -> None:
    said = "duplicate key value\nDETAIL:  Failing row contains (7, Rita, Riverside 5)."
    found = describe_exception(raised(said), name=TASK)
    assert "Riverside" not in found.message + found.trace
    assert "DETAIL: [row]" in found.trace


@pytest.mark.django_db
def test_old_failures_and_the_oldest_of_too_many_are_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    record(raised("old"), now=MONDAY - timedelta(days=15))
    for minutes in range(5):
        record(raised("new"), now=MONDAY - timedelta(minutes=minutes))
    forget_old_failures(now=MONDAY)
    assert Failure.objects.count() == 5
    monkeypatch.setattr(failures, "MAX_ROWS", 3)
    forget_old_failures(now=MONDAY)
    assert Failure.objects.count() == 3


@pytest.mark.django_db
def test_calls_that_were_not_accepted_are_grouped_by_the_answer() -> None:
    publication = make.publication()
    make.readers(publication, 2)
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch
    batch = Batch.objects.get()
    for ordinal, (status, hours) in enumerate([(AttemptStatus.LATER, 0), (AttemptStatus.LATER, 5)], start=1):
        at = MONDAY - timedelta(hours=hours)
        Attempt.objects.create(
            batch=batch, ordinal=ordinal, fence=1, began_at=at, ended_at=at, status=status, http_status=503,
            detail="busy, said postmaster@provider.example",
        )  # fmt: skip
    [answer] = provider_answers(now=MONDAY + timedelta(seconds=1))
    assert (answer.http_status, answer.detail) == (503, "busy, said [address]")
    assert answer.counts == {"1 h": 1, "3 h": 1, "24 h": 2, "3 d": 2, "7 d": 2}
