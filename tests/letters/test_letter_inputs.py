"""A letter is compared with its content only when something that it depends on has changed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.editions.models import Edition
from newsletter.editions.reopen_edition import NOT_YET_SENT
from newsletter.giving import edit_appeal
from newsletter.giving.models import Appeal
from newsletter.letters import assemble_edition, letter_inputs
from newsletter.letters.letter_inputs import COMPARED_EVERY
from newsletter.pictures.models import Picture, PictureState
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
BEFORE = MONDAY - timedelta(hours=2)


def waiting(slug: str = "morning", *, stories: int = 2) -> Edition:
    """An edition that waits to be sent and was found equal to its content."""
    publication = make.publication(slug=slug)
    publication.logo = make.picture()
    publication.save()
    make.appeal(publication)
    edition = make.approved_edition(publication, stories=stories)
    assert edition.pk in to_compare()
    assert assemble_edition.refresh_stale(now=BEFORE) == []
    return edition


def to_compare() -> set[int]:
    return set(letter_inputs.to_compare(NOT_YET_SENT, now=BEFORE))


def test_what_was_found_equal_is_not_compared_again() -> None:
    waiting()
    assert to_compare() == set()


def change_story() -> None:
    story_queue.update(Story.objects.latest("pk"), headline="Another headline")


def save_story() -> None:
    story = Story.objects.latest("pk")
    story.byline = "Somebody else"
    story.save()


def store_picture() -> None:
    Picture.objects.update(width=333)


def lose_picture() -> None:
    Picture.objects.update(state=PictureState.FAILED)


def change_publication() -> None:
    edit_publication.update_publication(Publication.objects.get(), tagline="Another tagline")


def change_appeal() -> None:
    edit_appeal.update_appeal(Appeal.objects.get(), lead="Other words.")


def add_appeal() -> None:
    make.appeal(Publication.objects.get(), name="Autumn")


def remove_story() -> None:
    edition = Edition.objects.get()
    edition.placements.latest("position").delete()


def change_note() -> None:
    Edition.objects.update(intro="Good morning.")


@pytest.mark.parametrize(
    "change",
    [
        *(change_story, save_story, store_picture, lose_picture, change_publication, change_appeal, add_appeal),
        *(remove_story, change_note),
    ],
)
def test_whatever_a_letter_depends_on_has_it_compared(change: Callable[[], None]) -> None:
    edition = waiting()
    change()
    assert to_compare() == {edition.pk}


def test_a_change_that_leaves_the_letter_as_it_is_has_it_compared_once() -> None:
    edition = waiting()
    edit_publication.update_publication(Publication.objects.get(), pace_per_hour=1000)
    assert to_compare() == {edition.pk}
    assert assemble_edition.refresh_stale(now=BEFORE) == []
    assert to_compare() == set()


def test_only_the_editions_of_the_changed_publication_are_compared() -> None:
    edition, _ = waiting(), waiting("evening")
    edit_publication.update_publication(edition.publication, tagline="Another tagline")
    assert to_compare() == {edition.pk}


def test_a_publication_whose_time_zone_is_unknown_since_an_update_of_the_zones_keeps_no_other_from_being_compared(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lost, changed = waiting(), waiting("evening")
    Publication.objects.filter(pk=lost.publication_id).update(time_zone="Gone/Nowhere")
    story_queue.update(Story.objects.filter(publication=changed.publication_id)[0], headline="Another headline")
    assert assemble_edition.refresh_stale(now=BEFORE) == [changed.pk]
    assert "edition.not_refreshed" in caplog.text


def test_each_edition_is_compared_from_time_to_time_even_without_a_change() -> None:
    edition = waiting()
    later = BEFORE + timedelta(seconds=COMPARED_EVERY)
    assert set(letter_inputs.to_compare(NOT_YET_SENT, now=later)) == {edition.pk}


def test_a_change_without_a_version_voids_the_approval_at_the_next_turn() -> None:
    edition = waiting()
    Story.objects.update(headline="Changed by hand in the database")
    later = BEFORE + timedelta(seconds=COMPARED_EVERY)
    assert assemble_edition.refresh_stale(now=later) == [edition.pk]


def test_the_number_of_queries_does_not_depend_on_the_editions_that_wait() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert assemble_edition.refresh_stale(now=BEFORE) == []
        return len(seen)

    waiting()
    few = queries()
    for number in range(5):
        waiting(f"other-{number}", stories=4)
    assert queries() == few <= 6
