"""What curators do with the queue, and what it never does: lose a story, or change the order by itself."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Unpack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from newsletter.lib.errors import BadInput, InvalidState, VersionConflict
from newsletter.mail.message import MergeTag
from newsletter.pictures.models import Picture
from newsletter.publications.models import Publication
from newsletter.stories import order_keys, story_queue
from newsletter.stories.models import Story, StoryState
from newsletter.stories.validate_story import OptionalStoryFields
from tests.stories.conftest import type_of_at_once
from tests.support import factories as make

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def take(publication: Publication, most: int, *, min_stories: int = 1) -> list[Story]:
    """Take stories for an edition, as its assembly does."""
    offered = Story.objects.filter(publication=publication).offered(NOON)
    return story_queue.take_for_edition(publication, lambda: list(offered.all()[:most]), min_stories=min_stories)


def add(publication: Publication, headline: str = "Rain at last", **optional: Unpack[OptionalStoryFields]) -> Story:
    url = f"https://example.org/{headline.replace(' ', '-')}"
    return story_queue.add(publication, headline=headline, url=url, body="<p>It rained.</p>", **optional)


def headlines(publication: Publication) -> list[str]:
    """The queue as readers of the database see it; that places agree with it is checked on the way."""
    stories = story_queue.queued_stories(publication)
    places = list(range(1, len(stories) + 1))
    assert [order_keys.place_of(story) for story in stories] == places
    assert story_queue.places(publication) == dict(zip([story.pk for story in stories], places, strict=True))
    return [story.headline for story in stories]


def test_a_new_story_stands_at_the_end(publication: Publication) -> None:
    for headline in ("one", "two", "three"):
        assert add(publication, headline).state == StoryState.QUEUED
    assert headlines(publication) == ["one", "two", "three"]


def test_each_publication_has_a_queue_of_its_own(publication: Publication) -> None:
    other = make.publication()
    add(publication, "here")
    assert order_keys.place_of(add(other, "there")) == 1
    assert headlines(publication) == ["here"]


def test_fields_are_kept_as_given(publication: Publication) -> None:
    optional: OptionalStoryFields = {
        "kicker": "Weather",
        "byline": "Ada Bell",
        "source_name": "The Post",
        "picture_url": "https://example.org/rain.jpg",
        "picture_alt": "A wet street",
        "picture_credit": "Odd Lunde",
        "language": "pt-br",
        "direction": "ltr",
        "is_sensitive": True,
        "embargo_until": NOON,
        "expires_at": NOON + timedelta(days=1),
    }
    story = Story.objects.get(pk=add(publication, **optional).pk)
    assert {name: getattr(story, name) for name in optional} == optional | {"language": "pt-BR"}


def test_lines_are_one_line_without_control_characters(publication: Publication) -> None:
    story = story_queue.add(
        publication,
        headline=" Rain\r\nat\tlast\x00 \ufeff",
        url=" https://example.org/rain ",
        body="<p>It\nrained.</p>",
        byline="Ada\u2028Bell",
    )
    assert (story.headline, story.byline, story.url) == ("Rain at last", "Ada Bell", "https://example.org/rain")


@pytest.mark.parametrize("token", list(MergeTag))
def test_no_field_carries_a_mark_that_would_become_a_readers_value(publication: Publication, token: MergeTag) -> None:
    given_words: dict[str, Any] = {
        "headline": token,
        "kicker": token,
        "byline": f"_{token}",
        "picture_alt": f"a{token}",
    }
    story = story_queue.add(
        publication,
        url=f"https://example.org/{token}",
        body=f"<p>{token}</p>",
        source_name=f"x\x00{token}",
        picture_url=f"https://example.org/{token}.jpg",
        **given_words,
    )
    story.refresh_from_db()
    kept = [getattr(story, name) for name in ("url", "body", "source_name", "picture_url", *given_words)]
    assert not [value for value in kept if token in value]
    assert story.url == f"https://example.org/%5F{token[1:]}"


def test_the_body_is_sanitised(publication: Publication) -> None:
    story = story_queue.add(publication, headline="h", url="https://example.org/", body="<b onclick=x>It</b> rained.")
    assert story.body == "<p><strong>It</strong> rained.</p>"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"headline": " \n "}, "headline"),
    ({"headline": "x" * 251}, "headline"),
    ({"headline": None}, "headline"),
    ({"url": "javascript:alert(1)"}, "link"),
    ({"url": ""}, "link"),
    ({"url": "example.org/story"}, "link"),
    ({"url": "https://example.org/" + "x" * 2000}, "link"),
    ({"body": "<p> </p>"}, "body"),
    ({"body": "<p>" + "x" * 20_001 + "</p>"}, "body"),
    ({"body": "<b></b>" * 10_000}, "body"),
    ({"picture_url": "https://example.org/x.jpg"}, "picture alt"),
    ({"picture_url": "https://example.org/x.jpg", "picture_alt": "x", "picture_decorative": True}, "picture alt"),
    ({"picture_url": "data:image/png;base64,AA", "picture_alt": "x"}, "picture url"),
    ({"language": "english please"}, "language"),
    ({"direction": "up"}, "direction"),
    ({"embargo_until": NOON, "expires_at": NOON}, "expires at"),
    ({"embargo_until": NOON.replace(tzinfo=None)}, "embargo until"),
    ({"expires_at": "tomorrow"}, "expires at"),
    ({"kicker": "x" * 81}, "kicker"),
]


@pytest.mark.parametrize(("fields", "named"), BAD)
def test_what_cannot_be_printed_is_refused_by_name(
    publication: Publication, fields: dict[str, Any], named: str
) -> None:
    good: dict[str, Any] = {"headline": "Rain", "url": "https://example.org/rain", "body": "<p>It rained.</p>"}
    with pytest.raises(BadInput) as refused:
        story_queue.add(publication, **good | fields)
    assert refused.value.field == named
    assert refused.value.problem
    story = story_queue.add(publication, **good)
    with pytest.raises(BadInput) as refused:
        story_queue.update(story, **fields)
    assert refused.value.field == named
    assert headlines(publication) == ["Rain"]


def test_a_field_that_stories_do_not_have_is_a_fault_of_the_program(publication: Publication) -> None:
    story = add(publication)
    fields: dict[str, Any] = {"state": "used"}
    with pytest.raises(TypeError):
        story_queue.update(story, **fields)


@pytest.mark.parametrize(
    "again",
    [
        "https://example.org/rain",
        "http://www.example.org/rain/",
        "https://EXAMPLE.org/rain?utm_source=letter&fbclid=1#comments",
    ],
)
def test_the_same_page_is_not_queued_twice_by_accident(publication: Publication, again: str) -> None:
    story_queue.add(publication, headline="Rain", url="https://example.org/rain", body="<p>It rained.</p>")
    with pytest.raises(InvalidState, match="already in the queue"):
        story_queue.add(publication, headline="Rain", url=again, body="<p>It rained.</p>")
    story = story_queue.add(publication, headline="Rain", url=again, body="<p>It rained.</p>", again=True)
    assert order_keys.place_of(story) == 2


SPELLINGS = [
    ("https://example.org/café", "https://example.org/caf%C3%A9"),
    ("https://example.org/caf%c3%a9", "https://example.org/caf%C3%A9/"),
    ("https://example.org:443/rain", "https://example.org/rain"),
    ("http://example.org:80/rain", "https://example.org/rain"),
    ("https://bücher.example/rain", "https://xn--bcher-kva.example/rain"),
    ("https://BÜCHER.example/rain", "https://www.bücher.example/rain"),
    ("https://example.org/rain?b=1&a=%32", "https://example.org/rain?a=2&b=1"),
    *(
        (f"https://example.org/rain?{tracking}=x", "https://example.org/rain")
        for tracking in (
            *("utm_medium", "mc_cid", "fbclid", "gclid", "gbraid", "wbraid", "msclkid", "twclid", "ttclid"),
            *("li_fat_id", "igsh", "epik", "ScCid", "_hsenc", "mkt_tok", "at_medium", "yclid"),
        )
    ),
    ("https://example.org/app#/one", "https://example.org/app#/one"),
]
APART = [
    ("https://example.org/app#/one", "https://example.org/app#/two"),
    ("https://example.org/app#!one", "https://example.org/app#!two"),
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ("https://example.org:8443/rain", "https://example.org/rain"),
    ("https://example.org/rain?id=1", "https://example.org/rain?id=2"),
    ("https://example.org/Rain", "https://example.org/rain"),
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_one_page_is_known_in_every_spelling_of_its_address(publication: Publication, one: str, other: str) -> None:
    story_queue.add(publication, headline="Rain", url=one, body="<p>It rained.</p>")
    with pytest.raises(InvalidState, match="already in the queue"):
        story_queue.add(publication, headline="Rain", url=other, body="<p>It rained.</p>")


@pytest.mark.parametrize(("one", "other"), APART)
def test_addresses_that_may_lead_to_two_pages_are_two_stories(publication: Publication, one: str, other: str) -> None:
    story_queue.add(publication, headline="Rain", url=one, body="<p>It rained.</p>")
    story_queue.add(publication, headline="Rain", url=other, body="<p>It rained.</p>")


def test_a_story_revised_to_the_link_of_another_is_refused(publication: Publication) -> None:
    add(publication)
    other = story_queue.add(publication, headline="Snow", url="https://example.org/snow", body="<p>It snowed.</p>")
    taken = Story.objects.exclude(pk=other.pk).get().url
    with pytest.raises(InvalidState, match="already in the queue"):
        story_queue.update(other, url=f"{taken}?utm_source=letter")


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/rain?page=2",
        "https://example.org/rain/more",
        "https://example.com/rain",
        "https://example.org/",
    ],
)
def test_another_page_is_another_story(publication: Publication, other: str) -> None:
    story_queue.add(publication, headline="Rain", url="https://example.org/rain", body="<p>It rained.</p>")
    story_queue.add(publication, headline="Rain", url=other, body="<p>It rained.</p>")
    assert len(story_queue.queued_stories(publication)) == 2


def test_a_used_story_is_remembered_and_a_dropped_one_is_not(publication: Publication) -> None:
    story = add(publication)
    take(publication, 1)
    with pytest.raises(InvalidState, match="already in an edition"):
        add(publication)
    Story.objects.filter(pk=story.pk).update(state=StoryState.DROPPED)
    assert add(publication).pk != story.pk


def test_another_publication_may_have_the_same_story(publication: Publication) -> None:
    add(publication)
    assert order_keys.place_of(add(make.publication())) == 1


def test_revising_changes_what_is_named_and_nothing_else(publication: Publication) -> None:
    story = add(publication, kicker="Weather")
    stale = Story.objects.get(pk=story.pk)
    story_queue.update(story, headline="Snow at last")
    revised = story_queue.update(stale, kicker="")
    assert (revised.headline, revised.kicker, revised.body) == ("Snow at last", "", "<p>It rained.</p>")
    assert revised is stale


def test_revising_says_when_it_was_and_moving_does_not(publication: Publication) -> None:
    first, second = add(publication, "one"), add(publication, "two")
    before = first.changed_at
    story_queue.move(second, to=1)
    first.refresh_from_db()
    assert (order_keys.place_of(first), first.changed_at) == (2, before)
    assert story_queue.update(first, kicker="Weather").changed_at > before


def test_a_change_of_an_older_version_is_refused_and_changes_nothing(publication: Publication) -> None:
    story = add(publication)
    seen = story.version
    story_queue.update(story, seen=seen, headline="Snow at last")
    with pytest.raises(VersionConflict, match="was changed after you opened it"):
        story_queue.update(story, seen=seen, headline="Hail at last")
    story.refresh_from_db()
    assert (story.headline, story.version) == ("Snow at last", seen + 1)


def test_what_is_revised_to_what_it_is_keeps_its_version_and_its_time(publication: Publication) -> None:
    story = add(publication, kicker="Weather")
    before = (story.version, story.changed_at)
    story_queue.update(story, headline=story.headline, body=story.body, kicker=" Weather ")
    story.refresh_from_db()
    assert (story.version, story.changed_at) == before


def test_a_used_story_may_be_revised(publication: Publication) -> None:
    add(publication)
    (story,) = take(publication, 1)
    assert story_queue.update(story, headline="Snow").state == StoryState.USED


def test_a_revised_link_may_not_lead_to_a_page_that_is_queued(publication: Publication) -> None:
    add(publication, "one")
    story = add(publication, "two")
    with pytest.raises(InvalidState):
        story_queue.update(story, url="https://example.org/one")
    assert story_queue.update(story, url="https://example.org/two?utm_medium=x").url.endswith("utm_medium=x")
    assert story_queue.update(story, url="https://example.org/one", again=True).url.endswith("/one")


def test_a_story_moves_to_the_place_it_is_given(publication: Publication) -> None:
    stories = {name: add(publication, name) for name in ("one", "two", "three", "four")}
    assert order_keys.place_of(story_queue.move(stories["four"], to=2)) == 2
    assert headlines(publication) == ["one", "four", "two", "three"]
    story_queue.move(stories["one"], to=99)
    assert headlines(publication) == ["four", "two", "three", "one"]
    with pytest.raises(BadInput, match="Positions start at 1"):
        story_queue.move(stories["one"], to=0)


def test_an_old_copy_of_a_story_moves_as_well_as_a_new_one(publication: Publication) -> None:
    old = add(publication, "one")
    for name in ("two", "three"):
        story_queue.move(add(publication, name), to=1)
    story_queue.move(old, to=1)  # it still believes it is there
    assert headlines(publication) == ["one", "three", "two"]


def test_a_dropped_story_is_kept_and_can_be_put_back(publication: Publication) -> None:
    stories = [add(publication, name) for name in ("one", "two", "three")]
    assert story_queue.drop(stories[0]).state == StoryState.DROPPED
    assert headlines(publication) == ["two", "three"]
    assert story_queue.restore(stories[0]).state == StoryState.QUEUED
    assert headlines(publication) == ["two", "three", "one"]


def test_an_old_copy_of_a_dropped_story_is_restored_to_a_number(publication: Publication) -> None:
    story = add(publication)
    old = Story.objects.get(pk=story.pk)
    story_queue.drop(story)
    assert order_keys.place_of(story_queue.restore(old)) == 1
    assert headlines(publication) == ["Rain at last"]


def test_only_what_is_in_the_queue_can_be_moved_or_dropped(publication: Publication) -> None:
    story = add(publication)
    with pytest.raises(InvalidState, match="not dropped"):
        story_queue.restore(story)
    story_queue.drop(story)
    for verb in (story_queue.drop, lambda s: story_queue.move(s, to=1)):
        with pytest.raises(InvalidState, match="not in the queue"):
            verb(story)


def test_an_edition_takes_the_first_that_are_fit_to_print(publication: Publication) -> None:
    add(publication, "embargoed", embargo_until=NOON + timedelta(hours=1))
    add(publication, "expired", expires_at=NOON)
    for name in ("one", "two", "three"):
        add(publication, name)
    taken = take(publication, 2, min_stories=2)
    assert [(story.headline, story.state) for story in taken] == [("one", StoryState.USED), ("two", StoryState.USED)]
    assert headlines(publication) == ["embargoed", "expired", "three"]
    assert take(publication, 9, min_stories=2) == []
    assert headlines(publication) == ["embargoed", "expired", "three"]


def test_stories_given_back_lead_the_queue_in_their_order(publication: Publication) -> None:
    for name in ("one", "two", "three"):
        add(publication, name)
    taken = take(publication, 2)
    story_queue.return_to_front(publication, taken)
    story_queue.return_to_front(publication, taken)
    assert headlines(publication) == ["one", "two", "three"]


class Walks(TestCase):
    """Hypothesis needs Django's own test case to start each example from an empty database."""

    @settings(max_examples=25)
    @given(
        st.lists(st.tuples(st.sampled_from(["add", "move", "drop", "restore", "take"]), st.integers(0, 9)), max_size=14)
    )
    def test_the_queue_is_in_the_curators_order_whatever_is_done_to_it(self, steps: list[tuple[str, int]]) -> None:
        publication = make.publication()
        expected: list[int] = []
        dropped: list[int] = []
        for step, number in steps:
            chosen = expected[number % len(expected)] if expected else 0
            if step == "add":
                expected.append(add(publication, f"story {Story.objects.count()}").pk)
            elif step == "restore" and dropped:
                expected.append(dropped.pop())
                story_queue.restore(Story.objects.get(pk=expected[-1]))
            elif step == "move" and chosen:
                story_queue.move(Story.objects.get(pk=chosen), to=number + 1)
                expected.remove(chosen)
                expected.insert(number, chosen)
            elif step == "drop" and chosen:
                story_queue.drop(Story.objects.get(pk=chosen))
                expected.remove(chosen)
                dropped.append(chosen)
            elif step == "take":
                take(publication, 2, min_stories=0)
                expected = expected[2:]
            assert [story.pk for story in story_queue.queued_stories(publication)] == expected


def test_people_who_act_at_once_lose_no_story(at_once: type_of_at_once) -> None:
    publication = make.publication()
    stories = [add(publication, f"story {number}") for number in range(8)]

    def move_if_still_there(story: Story, to: int) -> None:
        with suppress(InvalidState):  # the edition was quicker
            story_queue.move(story, to=to)

    at_once(
        [
            lambda: move_if_still_there(stories[7], 1),
            lambda: move_if_still_there(stories[0], 8),
            lambda: story_queue.move(stories[3], to=5),
            lambda: story_queue.drop(stories[4]),
            lambda: add(publication, "new one"),
            lambda: add(publication, "new two"),
            lambda: take(publication, 1),
        ]
    )
    waiting = headlines(publication)
    used = set(Story.objects.filter(state=StoryState.USED).values_list("headline", flat=True))
    assert len(used) == 1
    assert len(waiting) == len(set(waiting))
    everybody = {f"story {number}" for number in range(8)} | {"new one", "new two"}
    dropped = set(Story.objects.filter(state=StoryState.DROPPED).values_list("headline", flat=True))
    assert set(waiting) | used | dropped == everybody


def test_one_of_two_who_queue_the_same_page_at_once_is_told(at_once: type_of_at_once) -> None:
    publication = make.publication()
    told: list[str] = []

    def try_it() -> None:
        try:
            add(publication)
        except InvalidState as error:
            told.append(str(error))

    at_once([try_it] * 4)
    assert headlines(publication) == ["Rain at last"]
    assert len(told) == 3


@pytest.mark.django_db
def test_a_storys_picture_is_ordered_with_it_or_not_at_all() -> None:
    publication = make.publication()
    picture: OptionalStoryFields = {"picture_url": "https://example.org/rain.jpg", "picture_alt": "A wet street"}
    story = add(publication, "Rain", **picture)
    assert story.picture
    assert (story.picture.source_url, story.picture.state) == (picture["picture_url"], "coming")
    with pytest.raises(InvalidState):  # the same link again
        add(publication, "Rain", **picture)
    assert Picture.objects.count() == 1


@pytest.mark.django_db
def test_a_picture_that_is_handed_over_takes_the_place_of_an_address_and_the_other_way_round() -> None:
    story, kept = make.story(make.publication()), make.picture()
    story_queue.update(story, picture_url="https://example.org/rain.jpg", picture_alt="A wet street")
    story_queue.update(story, picture=kept, picture_url="https://example.org/rain.jpg")
    assert (story.picture, story.picture_url) == (kept, "")
    story_queue.update(story, picture_url="")  # as a form says when nothing was changed
    assert story.picture == kept
    story_queue.update(story, picture_url="https://example.org/snow.jpg")
    assert story.picture
    assert (story.picture.source_url, story.picture.state) == ("https://example.org/snow.jpg", "coming")
    story_queue.update(story, picture_url="")
    assert story.picture is None
