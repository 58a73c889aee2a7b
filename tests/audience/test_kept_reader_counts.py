"""Pages show how many readers there are: exactly for a small publication, with its age for a large one."""

from datetime import timedelta

import pytest

from newsletter.audience import kept_reader_counts, suppressions
from newsletter.audience.kept_reader_counts import RENEW_AFTER, count_next_part, reader_counts
from newsletter.audience.models import Subscription
from newsletter.audience.reader_count_models import KeptReaderCounts
from newsletter.audience.subscriber_counts import SubscriberCounts, count_subscribers
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
LATER = MONDAY + RENEW_AFTER + timedelta(seconds=1)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Publication:
    """A publication of fourteen readers, where five are many."""
    monkeypatch.setattr(kept_reader_counts, "EXACT_UP_TO", 5)
    monkeypatch.setattr(kept_reader_counts, "SUBSCRIPTIONS_A_PART", 4)
    monkeypatch.setattr(kept_reader_counts, "SUPPRESSIONS_A_PART", 2)
    publication = make.publication()
    make.readers(publication, 14)
    return publication


def renew(publication: Publication) -> int:
    """Run the periodic task until it has nothing to do; how many parts there were."""
    parts = 0
    while count_next_part(now=LATER):
        parts += 1
    return parts


def suppress(publication: Publication, count: int) -> None:
    for subscription in Subscription.objects.filter(publication=publication).select_related("subscriber")[:count]:
        suppressions.suppress(subscription.subscriber.email, reason="person")


def test_a_small_publication_is_counted_each_time() -> None:
    publication = make.publication()
    make.readers(publication, 3)
    assert reader_counts(publication, now=MONDAY).counts.active == 3
    suppress(publication, 1)
    assert reader_counts(publication, now=MONDAY) == (SubscriberCounts(2, 1, 0, 0, 0), None)
    assert not KeptReaderCounts.objects.exists()


def test_a_large_publication_is_counted_at_the_first_look_and_then_shown_with_its_age(large: Publication) -> None:
    assert reader_counts(large, now=MONDAY) == (SubscriberCounts(14, 0, 0, 0, 0), None)
    make.readers(large, 2)
    assert reader_counts(large, now=LATER) == (SubscriberCounts(14, 0, 0, 0, 0), MONDAY)


def test_kept_counts_are_renewed_in_parts_and_shown_only_when_they_are_complete(large: Publication) -> None:
    reader_counts(large, now=MONDAY)
    make.readers(large, 3)
    suppress(large, 5)
    Subscription.objects.filter(publication=large).order_by("-pk")[0].delete()
    last = Subscription.objects.filter(publication=large).order_by("-pk")[0]
    Subscription.objects.filter(pk=last.pk).update(status="left")
    assert count_next_part(now=LATER)
    assert reader_counts(large, now=LATER) == (SubscriberCounts(14, 0, 0, 0, 0), MONDAY)
    assert renew(large) > 4
    assert reader_counts(large, now=LATER) == (count_subscribers(large), LATER)
    assert count_subscribers(large) == SubscriberCounts(active=10, suppressed=5, pending=0, paused=0, left=1)


def test_counts_are_renewed_after_a_while_and_not_before(large: Publication) -> None:
    reader_counts(large, now=MONDAY)
    assert not count_next_part(now=MONDAY + RENEW_AFTER)
    assert renew(large)
    assert not count_next_part(now=LATER + RENEW_AFTER)


def test_a_part_that_fails_is_counted_again(large: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    reader_counts(large, now=MONDAY)
    suppress(large, 3)
    while KeptReaderCounts.objects.get().last_suppression == 0:
        count_next_part(now=LATER)
    with monkeypatch.context() as patched:
        patched.setattr(KeptReaderCounts, "save", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            count_next_part(now=LATER)
    renew(large)
    assert reader_counts(large, now=LATER).counts == count_subscribers(large)


def test_several_large_publications_take_turns_and_do_not_mix(large: Publication) -> None:
    other = make.publication()
    make.readers(other, 7)
    suppress(other, 2)
    for publication in (large, other):
        reader_counts(publication, now=MONDAY)
    renew(large)
    for publication in (large, other):
        assert reader_counts(publication, now=LATER) == (count_subscribers(publication), LATER)
