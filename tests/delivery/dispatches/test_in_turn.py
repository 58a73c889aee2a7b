"""Due batches of several dispatches are sent in turn, so that a small edition does not wait for a large one."""

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from newsletter.delivery.dispatches import open_dispatch, recovery
from newsletter.delivery.models import Batch, Dispatch
from newsletter.delivery.sending import send_batches
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


def opened(slug: str, readers: int) -> Dispatch:
    """A dispatch with a batch for each reader."""
    publication = make.publication(slug=slug)
    make.readers(publication, readers)
    with override_settings(DISPATCH_BATCH_SIZE=1):
        dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch is not None
    return dispatch


def enqueued(limit: int) -> list[int]:
    """The dispatches of the batches that are enqueued next, in order."""
    found = recovery.batches_to_enqueue(now=MONDAY, limit=limit)
    dispatches = dict(Batch.objects.values_list("pk", "dispatch"))
    return [dispatches[pk] for pk in found]


def test_each_dispatch_has_a_batch_in_every_turn() -> None:
    large, small, other = opened("large", 6).pk, opened("small", 2).pk, opened("other", 1).pk
    assert enqueued(5) == [large, small, other, large, small]
    assert enqueued(10) == [large] * 4


def test_a_large_dispatch_leaves_room_in_the_queue_while_others_have_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "MAX_IN_HAND", 3)
    large, small = opened("large", 12).pk, opened("small", 2).pk
    assert sorted(enqueued(100)) == [large] * 3 + [small] * 2
    assert enqueued(100) == []  # nothing has been sent


def test_what_is_in_a_call_takes_room_and_what_was_sent_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "MAX_IN_HAND", 3)
    large, _ = opened("large", 12), opened("small", 20)
    enqueued(100)
    first, second, *_ = Batch.objects.filter(dispatch=large).order_by("number")
    assert send_batches.claim(first.pk, now=MONDAY)
    Batch.objects.filter(pk=second.pk).update(state="accepted", submitted=1)
    assert enqueued(100) == [large.pk]


def test_a_dispatch_that_is_alone_fills_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "MAX_IN_HAND", 3)
    alone = opened("large", 12).pk
    assert enqueued(100) == [alone] * 12


def test_every_batch_is_enqueued_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "MAX_IN_HAND", 3)
    opened("large", 12)
    opened("small", 5)
    seen: set[int] = set()
    while found := recovery.batches_to_enqueue(now=MONDAY, limit=100):
        assert not seen & set(found)
        seen |= set(found)
        Batch.objects.filter(pk__in=found).update(state="accepted", submitted=1)
    assert len(seen) == 17


def test_a_dispatch_that_has_just_opened_enqueues_its_own_first_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "MAX_IN_HAND", 3)
    other, large = opened("other", 2), opened("large", 12)
    found = recovery.first_batches_to_enqueue(large, now=MONDAY)
    assert list(found) == list(large.batches.order_by("number").values_list("pk", flat=True)[:3])
    assert sorted(enqueued(100)) == [other.pk] * 2, "what is in hand counts"


def test_first_batches_of_a_paced_dispatch_wait_for_their_turn() -> None:
    paced = opened("paced", 3)
    paced.is_paced = True
    assert recovery.first_batches_to_enqueue(paced, now=MONDAY) == []


def test_the_first_batches_cost_the_same_however_many_dispatches_open_at_one_moment() -> None:
    first = opened("first", 2)
    with CaptureQueriesContext(connection) as alone:
        recovery.first_batches_to_enqueue(first, now=MONDAY)
    last = [opened(f"other-{number}", 2) for number in range(4)][-1]
    with CaptureQueriesContext(connection) as among:
        assert len(recovery.first_batches_to_enqueue(last, now=MONDAY)) == 2
    assert len(among) == len(alone) <= 4
