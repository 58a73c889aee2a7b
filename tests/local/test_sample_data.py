"""The sample: planted once, by the verbs that people use, and never over anything that is there."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.audience import subscriber_counts
from newsletter.audience.models import Subscriber
from newsletter.editions import plan_editions
from newsletter.editions.models import Edition, State
from newsletter.giving.models import Appeal
from newsletter.local.sample_data import sample_subscribers, seed
from newsletter.publications.models import Publication
from newsletter.publications.validate_publication import check
from newsletter.stories.models import Story

NOW = datetime(2026, 11, 23, 19, 44, 10, 500_000, tzinfo=UTC)


@pytest.fixture
def planted(db: None) -> Edition:
    edition = seed.seed(now=NOW)
    assert edition
    return edition


def test_an_edition_is_due_in_a_minute_and_may_be_assembled_at_once(planted: Edition) -> None:
    assert planted.due_at == NOW.replace(microsecond=0) + timedelta(minutes=1)
    assert planted.assemble_at < NOW
    assert planted.state == State.PLANNED
    assert planted.publication.auto_approve


def test_stories_appeals_and_readers_wait_for_it(planted: Edition) -> None:
    check(planted.publication)
    stories = list(Story.objects.offered(NOW))
    assert len(stories) == 5
    assert [story.is_sensitive for story in stories] == [False, False, False, True, False]
    assert "<strong>forty-two volunteers</strong>" in stories[0].body
    assert all("\n" not in story.body and story.byline and story.kicker for story in stories)
    assert Appeal.objects.filter(is_active=True).count() == 2
    assert subscriber_counts.count_subscribers(planted.publication).active == 250


def test_its_own_cadence_cannot_take_the_stories_first(planted: Edition) -> None:
    regular = plan_editions.plan(planted.publication, now=NOW)
    assert regular
    assert regular.assemble_at > NOW + timedelta(hours=20)


def test_a_second_start_plants_nothing(planted: Edition) -> None:
    before = (Publication.objects.count(), Story.objects.count(), Subscriber.objects.count(), Edition.objects.count())
    assert seed.seed(now=NOW + timedelta(days=1)) is None
    after = (Publication.objects.count(), Story.objects.count(), Subscriber.objects.count(), Edition.objects.count())
    assert before == after


def test_what_is_there_is_never_touched(planted: Edition) -> None:
    Publication.objects.update(name="Somebody's own")
    assert seed.seed(now=NOW) is None
    assert Publication.objects.get().name == "Somebody's own"


def test_every_link_and_address_is_of_a_domain_kept_free_for_examples(planted: Edition) -> None:
    links = [story.url for story in Story.objects.all()] + [appeal.url for appeal in Appeal.objects.all()]
    assert all(link.startswith("https://example.org/") for link in links)
    domains = Counter(email.rpartition("@")[2] for email in Subscriber.objects.values_list("email", flat=True))
    assert set(domains) == {"example.com", "example.org"}


def test_readers_are_many_people_with_names_of_many_kinds() -> None:
    lines = [line.strip().split(",") for line in sample_subscribers.rows()][1:]
    assert len({email for email, _ in lines}) == sample_subscribers.COUNT
    assert all(email.isascii() for email, _ in lines)
    names = {name for _, name in lines}
    assert {"Zoë", "أمينة", "D’Arcy", "Tu'ifua", "יעל", "美咲", ""} <= names
