"""The story queue as the curator sees it."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from newsletter.editions.models import EditionState
from newsletter.lib import clock
from newsletter.publications.models import Publication, TooFewStoriesPolicy
from newsletter.stories.models import Story
from newsletter.stories.story_queue import queued_stories
from tests.support import factories as make
from tests.web.asking import follow, words

HTMX = {"HX-Request": "true"}
HOSTILE = '<img src=x onerror="alert(1)">&amp;'


def order(publication: Publication) -> list[str]:
    return [story.headline for story in queued_stories(publication)]


@pytest.fixture
def three(publication: Publication) -> list[Story]:
    return [make.story(publication, headline=name) for name in ("one", "two", "three")]


def test_an_empty_queue_says_what_to_do_next(cora: Client, publication: Publication) -> None:
    assert "The queue is empty" in words(cora.get("/"))


def test_each_button_of_a_card_has_the_id_by_which_the_palette_presses_it(
    cora: Client, publication: Publication, three: list[Story]
) -> None:
    make.edition(publication)
    page = cora.get("/").content.decode()
    cards = re.findall(
        r'<li class="(?:edition-)?story[ "].*?</li>\s*(?=<li class="(?:edition-)?story|</ol>)', page, re.DOTALL
    )
    buttons = re.findall(r"<button[^>]*>", "".join(cards))
    assert len(buttons) > 3 * 6
    assert [button for button in buttons if ' id="' not in button] == []


@pytest.mark.django_db
def test_a_house_without_publications_says_so(cora: Client) -> None:
    assert "No publications yet" in words(cora.get("/"))
    assert "No publications yet" in words(cora.get("/editions/"))


def test_a_story_shows_what_a_curator_asks_of_it(cora: Client, publication: Publication) -> None:
    soon, later = clock.now() + timedelta(days=2), clock.now() + timedelta(days=4)
    make.story(
        publication,
        kicker="City",
        headline="Rain at last",
        byline="Ada Bell",
        source_name="Valley News",
        is_sensitive=True,
        embargo_until=soon,
        expires_at=later,
        picture=make.picture(),
        picture_alt="Rain",
    )
    page = words(cora.get("/"))
    for part in (
        "City",
        "Rain at last",
        "By Ada Bell",
        "Valley News",
        "Sensitive",
        "Embargo until",
        "Expires",
        "Picture",
    ):
        assert part in page


def test_a_story_that_expired_says_so(cora: Client, publication: Publication) -> None:
    make.story(publication, expires_at=clock.now() - timedelta(hours=1))
    assert "Expired" in words(cora.get("/"))


def test_hostile_words_are_shown_as_words(cora: Client, publication: Publication) -> None:
    story = make.story(publication, headline=HOSTILE, kicker=HOSTILE, byline=HOSTILE, source_name=HOSTILE)
    make.edition(publication, due_at=clock.now() + timedelta(days=1))
    for path in ("/", f"/stories/{story.pk}/", "/editions/", f"/editions/{publication.editions.get().pk}/"):
        page = cora.get(path).content.decode()
        assert "<img" not in page
        assert 'onerror="' not in page


@pytest.mark.parametrize(
    ("name", "to", "after"),
    [
        ("three", "1", "three one two"),
        ("one", "2", "two one three"),
        ("one", "99", "two three one"),
        ("three", "first", "three one two"),
        ("three", "up", "one three two"),
        ("one", "down", "two one three"),
        ("three", "down", "one two three"),
        ("one", "up", "one two three"),
    ],
)
def test_a_story_is_moved_by_its_buttons(cora: Client, three: list[Story], name: str, to: str, after: str) -> None:
    story = next(s for s in three if s.headline == name)
    answer = cora.post(f"/stories/{story.pk}/move/", {"to": to})
    assert f"is now at position {after.split().index(name) + 1}." in follow(answer, cora)
    assert order(story.publication) == after.split()


def test_a_story_is_put_beside_another(cora: Client, publication: Publication, three: list[Story]) -> None:
    one, two, three_ = (story.pk for story in three)
    cora.post(f"/stories/{three_}/move/", {"beside": one, "side": "before"})
    assert order(publication) == ["three", "one", "two"]
    cora.post(f"/stories/{three_}/move/", {"beside": two, "side": "after"})
    assert order(publication) == ["one", "two", "three"]
    for beside in ("x", "999", "9" * 40, "²"):
        answer = cora.post(f"/stories/{one}/move/", {"beside": beside})
        assert "has left the queue, so nothing was moved" in follow(answer, cora)


def test_moving_by_htmx_answers_with_parts_of_the_page(
    cora: Client, publication: Publication, three: list[Story]
) -> None:
    answer = cora.post(f"/stories/{three[2].pk}/move/", {"to": "1"}, headers=HTMX)
    assert answer.status_code == 200
    assert b"<html" not in answer.content
    assert b'<div id="stories" hx-swap-oob="true">' in answer.content  # it did not say what its page shows
    assert "HX-Request" in answer["Vary"]
    assert order(publication) == ["three", "one", "two"]


def test_the_page_includes_the_fragment_that_htmx_gets(
    cora: Client, publication: Publication, three: list[Story]
) -> None:
    def rows(content: bytes) -> list[str]:
        return [line for line in content.decode().splitlines() if 'class="story' in line]

    fragment = cora.post(f"/stories/{three[0].pk}/move/", {"to": "1"}, headers=HTMX)
    assert rows(fragment.content) == rows(cora.get("/").content) != []


@pytest.mark.parametrize("to", ["0", "-1", "x", "", "9" * 5000])
def test_a_place_that_is_none_moves_nothing(
    cora: Client, publication: Publication, three: list[Story], to: str
) -> None:
    answer = cora.post(f"/stories/{three[2].pk}/move/", {"to": to})
    assert "is now at position" not in follow(answer, cora)
    assert order(publication) == ["one", "two", "three"]


def test_a_dropped_story_can_be_put_back_at_once(cora: Client, publication: Publication, three: list[Story]) -> None:
    answer = cora.post(f"/stories/{three[0].pk}/drop/")
    page = follow(answer, cora)
    assert "“one” was removed from the queue" in page
    assert "Restore to end of queue" in page
    assert order(publication) == ["two", "three"]
    assert "“one” is back" in follow(cora.post(f"/stories/{three[0].pk}/restore/"), cora)
    assert order(publication) == ["two", "three", "one"]


def test_dropped_stories_stay_within_reach(cora: Client, publication: Publication, three: list[Story]) -> None:
    cora.post(f"/stories/{three[0].pk}/drop/")
    assert "Recently removed (1)" in words(cora.get("/"))


def test_dropping_twice_and_restoring_twice_are_told_kindly(cora: Client, three: list[Story]) -> None:
    for way, done in (("drop", 2), ("restore", 2)):
        pages = [follow(cora.post(f"/stories/{three[0].pk}/{way}/"), cora) for _ in range(done)]
        assert ("cannot be dropped" in pages[1]) or ("was not dropped" in pages[1])


def test_a_problem_by_htmx_is_told_in_the_fragment(cora: Client, three: list[Story]) -> None:
    cora.post(f"/stories/{three[0].pk}/drop/")
    answer = cora.post(f"/stories/{three[0].pk}/drop/", headers=HTMX)
    assert "cannot be dropped" in words(answer)


@pytest.mark.parametrize("dropped", ["x", "0", "9" * 30, "9" * 5000, "٣"])
def test_a_made_up_undo_is_not_offered(cora: Client, publication: Publication, dropped: str) -> None:
    assert "Restore to end of queue" not in words(cora.get("/desk/morning/", {"dropped": dropped}))


def test_the_desk_remembers_which_publication_was_looked_at(cora: Client, publication: Publication) -> None:
    make.publication(slug="a-first", name="A first one")
    assert cora.get("/desk/morning/").status_code == 200
    assert "The Morning Post: stories" in words(cora.get("/"))
    assert urlsplit(cora.get("/editions/")["Location"]).path == "/desk/morning/editions/"


def test_a_publication_that_ended_is_forgotten(cora: Client, publication: Publication) -> None:
    cora.get("/desk/morning/")
    publication.is_active = False
    publication.save()
    make.publication(slug="another", name="Another one")
    assert "Another one: stories" in words(cora.get("/"))


def test_the_panel_says_when_the_next_edition_leaves_and_what_it_takes(
    cora: Client, publication: Publication, three: list[Story]
) -> None:
    make.readers(publication, 1250)
    due = clock.now() + timedelta(hours=3, seconds=5)
    make.edition(publication, due_at=due)
    page = words(cora.get("/"))
    assert "in 3 h" in page
    assert "America/New_York" in page
    assert "Next stories 3 stories of at most 12" in page
    assert "1,250 readers" in page


def test_the_panel_says_what_is_missing(cora: Client, publication: Publication) -> None:
    Publication.objects.filter(pk=publication.pk).update(minimum_stories=3, on_empty=TooFewStoriesPolicy.HOLD)
    make.story(publication)
    make.edition(publication, due_at=clock.now() + timedelta(days=1))
    page = words(cora.get("/"))
    assert "2 more stories before it is due, or it will be held" in page
    assert "An active appeal: without one, the email does not ask for donations" in page
    assert "Subscribers: there are none yet" in page


def test_the_panel_names_the_cadence_before_an_edition_is_planned(cora: Client, publication: Publication) -> None:
    assert "It is scheduled within a minute" in words(cora.get("/"))


def test_a_held_edition_is_not_overlooked(cora: Client, publication: Publication) -> None:
    make.edition(publication, due_at=clock.now() - timedelta(days=3), state=EditionState.HELD, reason="Lawyers.")
    assert "is held. Lawyers." in words(cora.get("/"))


def test_every_answer_replaces_what_was_said_of_the_step_before(cora: Client, publication: Publication) -> None:
    story = make.story(publication)
    htmx = {"HX-Request": "true"}
    assert (
        b'<p id="announcement" hx-swap-oob="innerHTML"></p>'
        in cora.post(f"/stories/{story.pk}/drop/", headers=htmx).content
    )
    assert "is back in the queue" in words(cora.post(f"/stories/{story.pk}/restore/", headers=htmx))
    assert cora.get("/desk/morning/").content.count(b'id="announcement"') == 1


def test_the_next_edition_says_what_its_subject_will_be(cora: Client, publication: Publication) -> None:
    make.story(publication, headline="Rain at last")
    assert "Subject Rain at last (the first headline)" in words(cora.get("/desk/morning/"))
