from datetime import timedelta

import pytest
from django.test import override_settings

from newsletter.audience.models import Standing, Subscription
from newsletter.audience.suppressing import suppress
from newsletter.delivery import opening
from newsletter.delivery.models import Batch, Dispatch, unpack
from newsletter.editions.models import State
from newsletter.lib.errors import NotAllowed
from newsletter.stories import queue
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


def test_everybody_who_may_be_mailed_stands_in_one_batch_and_one_only() -> None:
    publication = make.publication()
    readers = make.readers(publication, 25)
    edition = make.approved_edition(publication)
    with override_settings(DISPATCH_BATCH_SIZE=10):
        dispatch = opening.open(edition.pk, now=MONDAY)
    assert dispatch is not None
    batches = list(dispatch.batches.order_by("number"))
    assert [batch.count for batch in batches] == [10, 10, 5]
    assert [batch.number for batch in batches] == [1, 2, 3]
    assert [reader for batch in batches for reader in unpack(batch.subscribers)] == readers


def test_those_who_must_not_be_mailed_are_left_out_by_reason_and_counted() -> None:
    publication = make.publication()
    make.readers(publication, 3)
    for standing in (Standing.PENDING, Standing.PAUSED, Standing.LEFT, Standing.LEFT):
        make.reader(publication, standing=standing)
    suppress(make.reader(publication).email, reason="complaint")
    make.reader(make.publication())  # hears from somebody else
    dispatch = opening.open(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch is not None
    assert dispatch.left_out == {"pending": 1, "paused": 1, "left": 2, "suppressed": 1}
    assert (dispatch.candidates, dispatch.planned) == (8, 3)


def test_opening_twice_opens_once() -> None:
    publication = make.publication()
    make.readers(publication, 2)
    edition = make.approved_edition(publication)
    first = opening.open(edition.pk, now=MONDAY)
    assert opening.open(edition.pk, now=MONDAY) == first
    assert Batch.objects.count() == 1


def test_an_edition_without_readers_opens_and_has_nothing_to_send() -> None:
    dispatch = opening.open(make.approved_edition(make.publication()).pk, now=MONDAY)
    assert dispatch is not None
    assert (dispatch.planned, dispatch.candidates, dispatch.batches.count()) == (0, 0, 0)


def test_an_edition_that_nobody_approved_does_not_open() -> None:
    edition = make.edition(make.publication())
    with pytest.raises(NotAllowed, match="planned"):
        opening.open(edition.pk, now=MONDAY)


def test_an_edition_that_is_not_due_does_not_open() -> None:
    edition = make.approved_edition(make.publication())
    with pytest.raises(NotAllowed, match="due at"):
        opening.open(edition.pk, now=MONDAY - timedelta(seconds=1))


def test_an_edition_that_is_too_late_is_held_and_not_sent() -> None:
    publication = make.publication(lateness_limit_minutes=30)
    make.readers(publication, 1)
    edition = make.approved_edition(publication)
    assert opening.open(edition.pk, now=MONDAY + timedelta(minutes=31)) is None
    edition.refresh_from_db()
    assert edition.state == State.HELD
    assert "too long ago" in edition.reason
    assert not Dispatch.objects.exists()


def test_an_edition_whose_story_changed_after_approval_is_taken_back() -> None:
    edition = make.approved_edition(make.publication())
    queue.revise(Story.objects.get(), headline="Another headline")
    assert opening.open(edition.pk, now=MONDAY) is None
    edition.refresh_from_db()
    assert (edition.state, edition.approved_hash) == (State.PLANNED, "")


def test_an_embargo_that_is_not_over_holds_the_edition() -> None:
    edition = make.approved_edition(make.publication())
    Story.objects.update(embargo_until=MONDAY + timedelta(minutes=5))
    assert opening.open(edition.pk, now=MONDAY) is None
    edition.refresh_from_db()
    assert edition.state == State.HELD
    assert "embargo" in edition.reason


def test_nothing_is_opened_when_the_counts_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = make.publication()
    make.readers(publication, 2)
    edition = make.approved_edition(publication)
    # a subscription that the streaming pass sees and the count does not: a broken snapshot
    monkeypatch.setattr("newsletter.audience.reaching.count_candidates", lambda _: Subscription.objects.count() - 1)
    with pytest.raises(opening.DoesNotAddUp, match="1 candidates, but 2 planned"):
        opening.open(edition.pk, now=MONDAY)
    edition.refresh_from_db()
    assert edition.state == State.APPROVED
    assert not Batch.objects.exists()


def test_a_publication_that_rests_sends_nothing() -> None:
    publication = make.publication()
    edition = make.approved_edition(publication)
    publication.is_active = False
    publication.save()
    assert opening.open(edition.pk, now=MONDAY) is None
    edition.refresh_from_db()
    assert (edition.state, edition.reason) == (State.HELD, "Its publication rests.")


def test_a_pause_that_ends_on_the_day_of_the_edition_is_over_when_it_opens() -> None:
    publication = make.publication()
    reader = make.reader(publication, standing=Standing.PAUSED)
    Subscription.objects.filter(subscriber=reader).update(paused_until=MONDAY.date())
    dispatch = opening.open(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch is not None
    assert dispatch.planned == 1
