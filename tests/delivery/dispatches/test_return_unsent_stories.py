"""Stories of an edition that was stopped before anybody got it lead the queue again; those that were read do not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.delivery.dispatches import control_dispatch
from newsletter.delivery.dispatches.return_unsent_stories import give_back_unsent
from newsletter.delivery.models import Batch, Dispatch
from newsletter.delivery.states import AttemptStatus, BatchState
from newsletter.stories.models import Story, StoryState
from newsletter.stories.story_queue import queued_stories
from tests.delivery.living import living
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


def stop(dispatch: Dispatch) -> Dispatch:
    return control_dispatch.stop(dispatch, reason="wrong picture", now=MONDAY)


def test_stories_that_reached_nobody_lead_the_queue_again(opened: Callable[..., Dispatch]) -> None:
    dispatch = opened()
    story = Story.objects.get()
    other = make.story(dispatch.edition.publication)
    assert give_back_unsent() == []
    stop(dispatch)
    assert give_back_unsent() == [dispatch.edition_id]
    assert queued_stories(dispatch.edition.publication) == [story, other]
    assert give_back_unsent() == []


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (BatchState.ACCEPTED, AttemptStatus.ACCEPTED),
        (BatchState.UNCERTAIN, AttemptStatus.UNCERTAIN),
        (BatchState.CALLING, ""),
        (BatchState.PENDING, AttemptStatus.UNCERTAIN),  # somebody wished it sent again
    ],
)
def test_stories_that_somebody_got_or_may_have_got_stay_used(
    opened: Callable[..., Dispatch], state: BatchState, status: str
) -> None:
    dispatch = opened(readers=4, size=2)
    batch = dispatch.batches.order_by("number").first()
    assert batch is not None
    batch.attempts.create(ordinal=1, fence=1, began_at=MONDAY, status=status)
    Batch.objects.filter(pk=batch.pk).update(state=state)
    stop(dispatch)
    assert give_back_unsent() == []
    assert Story.objects.get().state == StoryState.USED


def test_a_batch_that_a_worker_has_in_hand_is_waited_for(opened: Callable[..., Dispatch]) -> None:
    dispatch = opened()
    dispatch.batches.update(state=BatchState.CLAIMED)
    stop(dispatch)
    assert give_back_unsent() == []
    dispatch.batches.update(state=BatchState.PENDING)
    assert give_back_unsent() == [dispatch.edition_id]


def test_a_refused_edition_reached_nobody(opened: Callable[..., Dispatch]) -> None:
    dispatch = opened()
    dispatch.batches.get().attempts.create(ordinal=1, fence=1, began_at=MONDAY, status=AttemptStatus.REFUSED)
    dispatch.batches.update(state=BatchState.REFUSED)
    stop(dispatch)
    assert give_back_unsent() == [dispatch.edition_id]


def test_what_was_submitted_ahead_gives_its_stories_back_once_the_cancel_is_certain(tmp_path: Path) -> None:
    with living(tmp_path / "ahead.sqlite3") as system:
        edition = system.prepare(readers=2)
        system.at(-60).live()
        control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
        assert give_back_unsent() == []
        system.live()
        assert give_back_unsent() == [edition.pk]
        assert Story.objects.get().state == StoryState.QUEUED
