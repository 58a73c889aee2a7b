"""The preview beside the form of a story."""

import re
from typing import Any

import pytest
from django.test import Client

from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.web.asking import words

PREVIEW = "/desk/morning/story-preview/"
pytestmark = pytest.mark.django_db


def shown(client: Client, **typed: Any) -> Any:
    return client.post(PREVIEW, typed)


def headlines(page: Any) -> list[str]:
    return re.findall(r'class="headline-link[^>]*>([^<]*)<', page.content.decode())


def test_the_typed_story_stands_at_its_place_in_the_next_email(cora: Client, publication: Publication) -> None:
    make.story(publication, headline="First")
    second = make.story(publication, headline="Second")
    page = shown(cora, story=second.pk, headline="Second <b>& better</b>", body="Typed words.", url="x")
    assert headlines(page) == ["First", "Second &lt;b&gt;&amp; better&lt;/b&gt;"]
    assert "Typed words." in words(page)
    assert page.content.decode().count('id="typed-story"') == 1
    second.refresh_from_db()
    assert second.headline == "Second"


def test_the_list_of_contents_leads_to_the_typed_story_too(cora: Client, publication: Publication) -> None:
    stories = [make.story(publication) for _ in range(6)]
    page = shown(cora, story=stories[1].pk, headline="Second", body="Typed words.", url="x").content.decode()
    targets = re.findall(r'href="#([^"]+)"', page)
    assert "typed-story" in targets
    assert set(targets) <= set(re.findall(r' id="([^"]+)"', page))


def test_a_new_story_is_shown_at_the_end_also_while_most_is_missing(cora: Client, publication: Publication) -> None:
    make.story(publication, headline="First")
    assert headlines(shown(cora)) == ["First", "Headline"]
    assert Story.objects.count() == 1


def test_in_a_full_email_the_new_story_is_shown_all_the_same(cora: Client, publication: Publication) -> None:
    Publication.objects.update(maximum_stories=2)
    for headline in ("First", "Second", "Third"):
        make.story(publication, headline=headline)
    assert headlines(shown(cora, headline="New")) == ["First", "New"]


def test_a_story_of_a_built_email_is_shown_in_that_email(cora: Client, publication: Publication) -> None:
    story = make.story(publication, headline="Placed")
    assemble_edition.assemble(make.edition(publication).pk, now=clock.now())
    make.story(publication, headline="Queued")
    assert headlines(shown(cora, story=story.pk, headline="Placed again")) == ["Placed again"]


def test_wild_values_do_no_harm(cora: Client, publication: Publication) -> None:
    story = make.story(publication)
    wild = {
        "kind": "huge",
        "direction": "up",
        "language": "klingon!",
        "url": "javascript:alert(1)",
        "quote": "x" * 9999,
    }
    page = shown(cora, story=story.pk, body="<script>alert(1)</script><p>fine", headline="\u202e\0", **wild)
    assert page.status_code == 200
    assert "javascript:" not in page.content.decode()
    assert "<script>" not in page.content.decode()
    for number in ("0", "-1", "x", "99999999999999999999"):
        assert shown(cora, story=number).status_code == 200


def test_a_story_of_another_publication_is_not_shown(cora: Client, publication: Publication) -> None:
    other = make.story(make.publication(slug="evening"), body="<p>Of the evening.</p>")
    assert "Of the evening." not in words(shown(cora, story=other.pk))
