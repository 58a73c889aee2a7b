"""Order keys: whatever is moved where, the order is the one that was asked for, and one row is written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from newsletter.lib.errors import InvalidState
from newsletter.publications.models import Publication
from newsletter.stories import order_keys, story_queue
from newsletter.stories.models import Story, StoryState
from tests.support import factories as make


def order(publication: Publication) -> list[int]:
    return [story.pk for story in story_queue.queued_stories(publication)]


def writes(act: "CaptureQueriesContext") -> int:
    """Writes to anything but the audit trail."""
    found = [query["sql"] for query in act.captured_queries if "audit_record" not in query["sql"]]
    return sum(sql.startswith(("UPDATE", "INSERT", "DELETE")) for sql in found)


@pytest.mark.parametrize("to", [1, 2, 20, 40, 99])
def test_a_move_writes_one_row_however_long_the_queue_is(publication: Publication, to: int) -> None:
    stories = [make.story(publication, position=number * order_keys.STEP) for number in range(40)]
    with CaptureQueriesContext(connection) as seen:
        story_queue.move(stories[30], to=to)
    assert writes(seen) == 1
    assert order(publication).index(stories[30].pk) == min(to, 40) - 1


def test_dropping_and_putting_back_write_one_row(publication: Publication) -> None:
    stories = [make.story(publication) for _ in range(20)]
    for act in (story_queue.drop, story_queue.restore):
        with CaptureQueriesContext(connection) as seen:
            act(stories[3])
        assert writes(seen) == 1


def test_more_stories_fit_between_two_than_there_are_keys(publication: Publication) -> None:
    expected = [make.story(publication, position=number).pk for number in range(3)]  # no key is free between them
    for _ in range(70):
        story = make.story(publication, position=1 << 40)
        story_queue.move(story, to=2)
        expected.insert(1, story.pk)
    assert order(publication) == expected


def test_equal_keys_are_parted_when_something_is_put_between(publication: Publication) -> None:
    stories = [make.story(publication, position=0) for _ in range(4)]
    story_queue.move(stories[3], to=2)
    assert order(publication) == [stories[number].pk for number in (0, 3, 1, 2)]


def test_stories_are_given_back_before_all_that_wait(publication: Publication) -> None:
    waiting = [make.story(publication).pk for _ in range(2)]
    used = [make.story(publication, state=StoryState.USED) for _ in range(3)]
    story_queue.return_to_front(publication, used)
    story_queue.return_to_front(publication, used[:1])
    assert order(publication) == [*(story.pk for story in used), *waiting]


def test_a_story_is_not_put_beside_one_that_is_elsewhere(publication: Publication) -> None:
    story, gone = make.story(publication), make.story(publication, state=StoryState.DROPPED)
    for other in (gone, make.story(make.publication())):
        with pytest.raises(InvalidState, match="no longer in this queue"):
            story_queue.move_beside(story, other, is_after=True)


class Walks(TestCase):
    """Hypothesis needs Django's own test case to start each example from an empty database."""

    @settings(max_examples=40)
    @given(
        st.lists(
            st.tuples(st.sampled_from(["to", "shift", "before", "after"]), st.integers(0, 5), st.integers(-7, 7)),
            max_size=12,
        ),
        st.sampled_from([1, 2, order_keys.STEP]),
    )
    def test_every_way_to_move_is_the_move_in_a_list(self, steps: list[tuple[str, int, int]], gap: int) -> None:
        publication = make.publication()
        expected = [make.story(publication, position=number * gap).pk for number in range(6)]
        for way, which, number in steps:
            pk, other = expected[which], expected[number % 6]
            story = Story.objects.get(pk=pk)
            if way == "to":
                story_queue.move(story, to=abs(number) + 1)
            elif way == "shift":
                story_queue.shift(story, places=number)
            else:
                story_queue.move_beside(story, Story.objects.get(pk=other), is_after=way == "after")
            place = expected.index(pk)
            if way in ("before", "after") and other == pk:
                continue
            expected.remove(pk)
            if way == "to":
                place = abs(number)
            elif way == "shift":
                place = max(0, place + number)
            else:
                place = expected.index(other) + (way == "after")
            expected.insert(place, pk)
            assert order(publication) == expected
