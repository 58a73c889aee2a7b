"""The status asks the database as often for many dispatches as for a few, whatever state they are in."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.editions.models import EditionState, FrozenLetter
from newsletter.insights import reader_outcomes
from newsletter.insights.models import DeliveryStage
from newsletter.insights.reader_outcomes import NOTHING
from newsletter.ops.system_status import EditionStatus, status
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
BATCHES = (BatchState.ACCEPTED, BatchState.UNCERTAIN, BatchState.REFUSED, BatchState.PENDING)


def dispatch(slug: str, state: DispatchState, **publication: object) -> Dispatch:
    """A dispatch with a batch in each of four states and one reader with an outcome, an hour after its due time."""
    fields = {"slug": slug}
    its = make.publication(**fields | publication)
    sent = state in (DispatchState.FINISHED, DispatchState.STOPPED)
    edition = make.edition(
        its,
        state=EditionState.DISPATCHED if sent else EditionState.DISPATCHING,
        content_hash="1",
        approved_hash="1",
    )
    letter = FrozenLetter.objects.create(edition=edition, variant="default", subject="Tide", text="…", html="<p>…")
    made = Dispatch.objects.create(
        edition=edition, state=state, candidates=40, planned=40, day=MONDAY.date(), opened_at=MONDAY
    )
    for number, batch_state in enumerate(BATCHES, start=1):
        batch = Batch.objects.create(
            dispatch=made,
            number=number,
            letter=letter,
            subscribers=bytes(80),
            count=10,
            submitted=10 if batch_state != BatchState.PENDING else 0,
            due_at=MONDAY + timedelta(hours=2),
            state=batch_state,
        )
        if batch_state != BatchState.PENDING:
            answers = {
                BatchState.ACCEPTED: AttemptStatus.ACCEPTED,
                BatchState.UNCERTAIN: AttemptStatus.UNCERTAIN,
                BatchState.REFUSED: AttemptStatus.REFUSED,
            }
            Attempt.objects.create(
                batch=batch,
                ordinal=1,
                fence=1,
                began_at=MONDAY,
                ended_at=MONDAY + timedelta(minutes=number),
                status=answers[batch_state],
                detail="The sender is not verified.",
            )
    reader_outcomes.upsert({(made.pk, 1): [DeliveryStage.DELIVERED.value, *NOTHING]})
    return made


def one_of_each(number: int) -> None:
    for state in DispatchState:
        dispatch(f"{state}-{number}", state)
    dispatch(f"paced-{number}", DispatchState.OPEN, pace_per_hour=10)


def queries() -> int:
    status(now=MONDAY + timedelta(minutes=5))  # from time to time the first one looks at the installation again
    with CaptureQueriesContext(connection) as seen:
        status(now=MONDAY + timedelta(minutes=5))
    return len(seen)


def test_the_number_of_queries_does_not_depend_on_the_dispatches() -> None:
    one_of_each(0)
    few = queries()
    for number in range(1, 6):
        one_of_each(number)
    assert queries() == few <= 29


def shown(state: DispatchState, **publication: object) -> EditionStatus:
    dispatch("before", DispatchState.FINISHED)
    its = dispatch("morning", state, **publication)
    dispatch("after", DispatchState.OPEN)
    found = status(now=MONDAY + timedelta(minutes=5))
    (row,) = (row for row in found.editions if row.dispatch == its)
    return row


def test_each_dispatch_has_its_own_figures() -> None:
    row = shown(DispatchState.ATTENTION)
    assert row.progress
    assert row.tally
    assert (row.progress.accepted, row.progress.uncertain, row.progress.waiting) == (10, 10, 10)
    assert row.tally.delivered == 1
    assert [batch.number for batch in row.uncertain] == [2]
    assert [(batch.number, getattr(batch, "answer", "")) for batch in row.refused] == [
        (3, "The sender is not verified.")
    ]


def test_refused_batches_of_a_stopped_dispatch_cannot_be_retried() -> None:
    assert shown(DispatchState.STOPPED).refused == ()


def test_a_limited_dispatch_says_when_it_continues() -> None:
    row = shown(DispatchState.OPEN, pace_per_hour=10)
    assert row.waits
    assert any(sentence.startswith("Pace: 10 an hour") for sentence in row.waits.sentences)
