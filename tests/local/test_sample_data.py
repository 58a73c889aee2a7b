"""The sample: created once, by the use cases that people use, and never over existing data."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.audience import subscriber_counts
from newsletter.audience.models import Subscriber
from newsletter.editions import plan_editions
from newsletter.editions.models import Edition, EditionState
from newsletter.giving.models import Appeal
from newsletter.local.sample_data import sample_subscribers, seed
from newsletter.publications.models import Publication
from newsletter.publications.validate_publication import check
from newsletter.stories.models import Story

NOW = datetime(2026, 11, 23, 19, 44, 10, 500_000, tzinfo=UTC)


@pytest.fixture
def edition(db: None) -> Edition:
    edition = seed.seed(now=NOW)
    assert edition
    return edition


def test_an_edition_is_due_in_a_minute_and_may_be_assembled_at_once(edition: Edition) -> None:
    assert edition.due_at == NOW.replace(microsecond=0) + timedelta(minutes=1)
    assert edition.assemble_at < NOW
    assert edition.state == EditionState.PLANNED
    assert edition.publication.auto_approve


def test_the_sample_has_stories_appeals_and_subscribers(edition: Edition) -> None:
    check(edition.publication)
    stories = list(Story.objects.offered(NOW))
    assert len(stories) == 5
    assert [story.is_sensitive for story in stories] == [False, False, False, True, False]
    assert "<strong>forty-two volunteers</strong>" in stories[0].body
    assert all("\n" not in story.body and story.byline and story.kicker for story in stories)
    assert Appeal.objects.filter(is_active=True).count() == 2
    assert subscriber_counts.count_subscribers(edition.publication).active == 250


def test_the_first_scheduled_edition_cannot_take_the_stories(edition: Edition) -> None:
    regular = plan_editions.plan(edition.publication, now=NOW)
    assert regular
    assert regular.assemble_at > NOW + timedelta(hours=20)


def test_a_second_start_creates_nothing(edition: Edition) -> None:
    before = (Publication.objects.count(), Story.objects.count(), Subscriber.objects.count(), Edition.objects.count())
    assert seed.seed(now=NOW + timedelta(days=1)) is None
    after = (Publication.objects.count(), Story.objects.count(), Subscriber.objects.count(), Edition.objects.count())
    assert before == after


def test_existing_data_is_never_changed(edition: Edition) -> None:
    Publication.objects.update(name="Somebody's own")
    assert seed.seed(now=NOW) is None
    assert Publication.objects.get().name == "Somebody's own"


def test_every_link_and_address_is_at_a_domain_reserved_for_examples(edition: Edition) -> None:
    links = [story.url for story in Story.objects.all()] + [appeal.url for appeal in Appeal.objects.all()]
    assert all(link.startswith("https://example.org/") for link in links)
    domains = Counter(email.rpartition("@")[2] for email in Subscriber.objects.values_list("email", flat=True))
    assert set(domains) == {"example.com", "example.org"}


def test_subscribers_have_names_of_many_kinds() -> None:
    lines = [line.strip().split(",") for line in sample_subscribers.rows()][1:]
    assert len({email for email, _ in lines}) == sample_subscribers.COUNT
    assert all(email.isascii() for email, _ in lines)
    names = {name for _, name in lines}
    assert {"Zoë", "أمينة", "D’Arcy", "Tu'ifua", "יעל", "美咲", ""} <= names
