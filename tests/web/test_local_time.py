"""What the desk says of an edition by the readers' own clocks, and of one that is held back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from newsletter.editions import plan_editions
from newsletter.editions.models import Edition
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.web.shared.display_formats import leaves
from newsletter.web.shared.edition_status import edition_status
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.web.asking import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved() -> Edition:
    """Tuesday's, at seven in Tokyo, in New York and in Niue."""
    publication = make.publication(recurrence="FREQ=DAILY", local_time=True)
    Publication.objects.update(created_at=MONDAY)
    publication.refresh_from_db()
    for zone in ("Asia/Tokyo", "", "Pacific/Niue"):
        make.reader(publication, time_zone=zone)
    make.story(publication)
    edition = plan_editions.plan(publication, now=MONDAY)
    assert edition is not None
    made = assemble_edition.assemble(edition.pk, now=MONDAY)
    return edition_decisions.approve(made, content_hash=made.content_hash, by=make.eddie(), now=MONDAY)


def test_it_is_called_by_the_hour_of_its_readers(approved: Edition) -> None:
    assert leaves(approved, now=MONDAY) == "tomorrow, 07:00 readers’ local time"
    assert edition_status(approved, pauses=[], now=MONDAY).sentence == (
        "Sends automatically at 07:00 in each reader’s time zone: "
        "first today, 17:00 EST, last tomorrow, 13:00 EST (in 10 h)."
    )


def test_one_that_a_person_put_off_is_called_by_the_clock_of_its_publication(approved: Edition) -> None:
    moved = edition_decisions.reschedule(approved, due_at=datetime(2026, 11, 24, 17, tzinfo=UTC), now=MONDAY)
    assert leaves(moved, now=MONDAY) == "tomorrow, 12:00 EST"
    assert edition_status(moved, pauses=[], now=MONDAY).sentence == "Sends automatically tomorrow, 12:00 EST (in 29 h)."


def test_the_page_of_an_edition_says_what_will_hold_it_back(eddie: Client, publication: Publication) -> None:
    Publication.objects.filter(pk=publication.pk).update(pace_per_hour=2)
    make.readers(publication, 3)
    edition = make.approved_edition(publication, due_at=clock.now() + timedelta(hours=3))
    assert "Pace: 2 an hour; finishes at about" in words(eddie.get(f"/editions/{edition.pk}/"))
