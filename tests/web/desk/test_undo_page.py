"""The list of what somebody did, and the Undo of the desk."""

from datetime import timedelta

import pytest
from django.test import Client

from newsletter.audit.undo_models import KeptAct
from newsletter.editions.comments import write_comments
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.browsing import forms_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
DESK = "/desk/morning/"


@pytest.fixture
def edition(publication: Publication) -> Edition:
    for headline in ("one", "two", "three"):
        make.story(publication, headline=headline)
    return make.edition(publication, due_at=clock.now() + timedelta(hours=5))


def story(headline: str) -> Story:
    return Story.objects.get(headline=headline)


def test_the_desk_undoes_a_move_in_the_queue_and_shows_the_act_before(cora: Client, edition: Edition) -> None:
    cora.post(f"/stories/{story('three').pk}/claim/")
    moved = cora.post(f"/stories/{story('three').pk}/move/", {"to": "first"}, headers=HTMX).content.decode()
    assert "“three” was moved from place 3 to 1." in moved
    form = next(form for form in forms_of(cora, DESK) if form.action == "/undo/")
    answer = cora.post("/undo/", form.data, headers=HTMX).content.decode()
    assert "Undone: “three” was moved from place 3 to 1." in answer
    assert "You claimed “three”." in answer, "the act before is the next to undo"
    assert [each.headline for each in story_queue.queued_stories(edition.publication)] == ["one", "two", "three"]


def test_the_page_lists_acts_with_what_prevents_undoing(eddie: Client, edition: Edition) -> None:
    eddie.post(f"/stories/{story('three').pk}/drop/")
    eddie.post(f"/editions/{edition.pk}/cancel/", {"reason": "No."})
    page = words(eddie.get("/undo/"))
    assert "The edition was cancelled." in page
    assert "Cannot be undone. A cancelled edition stays cancelled." in page
    form = next(form for form in forms_of(eddie, "/undo/") if form.action == "/undo/")
    assert "Undone: “three” was removed from the queue." in follow(form.send(eddie), eddie)
    assert story("three").state == "queued"


def test_nobody_undoes_what_a_colleague_did(cora: Client, eddie: Client, edition: Edition) -> None:
    cora.post(f"/stories/{story('three').pk}/drop/")
    act = KeptAct.objects.get()
    assert "Nothing to undo" in words(eddie.get("/undo/"))
    for page in ("", "desk"):
        said = follow(eddie.post("/undo/", {"act": act.pk, "page": page}), eddie)
        assert "This act is too old to be undone." in said
    assert story("three").state == "dropped"


def test_a_card_says_how_many_comments_are_open_on_its_story(cora: Client, edition: Edition) -> None:
    now, by = clock.now(), make.eddie()
    thread = write_comments.open_thread(story("two"), text="Is it right?", by=by, key="0" * 32, now=now)
    write_comments.reply(thread, text="No.", by=by, key="1" * 32, now=now)
    assert "2 comments" in words(cora.get(DESK))
    write_comments.resolve(thread, by=by, now=now)
    assert "2 comments" not in words(cora.get(DESK))
