"""The page that corrects a sent story."""

from datetime import timedelta

import pytest
from django.test import Client

from newsletter.delivery.recipients import reader_links
from newsletter.delivery.recipients.sample_reader import ANONYMOUS_ID
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.pick_models import Pick
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.web.asking import words
from tests.web.browsing import form_of

TEXT = "It opens on Saturday, not on Friday."


@pytest.fixture
def story(publication: Publication) -> Story:
    """In an edition that has left."""
    story = make.story(publication, headline="The bridge opens on Friday")
    edition = make.approved_edition(publication, due_at=clock.now() - timedelta(days=1), stories=0)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.DISPATCHED, dispatched_at=clock.now())
    return story


def test_an_editor_corrects_a_story_from_the_page_of_its_edition(eddie: Client, story: Story, client: Client) -> None:
    edition = story.placements.get().edition
    assert f'href="/stories/{story.pk}/correct/"' in eddie.get(f"/editions/{edition.pk}/").content.decode()
    form = form_of(eddie, f"/stories/{story.pk}/correct/", having="in_next_email")
    assert (form.data["headline"], form.data["in_next_email"]) == ("The bridge opens on Friday", "on")
    form.send(eddie, text=TEXT, headline="The bridge opens on Saturday")
    made = StoryCorrection.objects.get()
    assert (made.text, made.headline, made.body) == (TEXT, "The bridge opens on Saturday", "")
    token = reader_links.token_signer(edition.pk)(ANONYMOUS_ID)
    page = client.get(f"/v/{token}").content.decode()
    assert TEXT in page
    assert ">The bridge opens on Saturday</a>" in page
    frame = eddie.get(f"/editions/{edition.pk}/letter/").content.decode()
    assert (TEXT in frame, "The bridge opens on Friday" in frame) == (False, True)  # the email that left


def test_the_form_has_the_text_that_was_sent_where_the_edition_had_its_own(eddie: Client, story: Story) -> None:
    own = {"body": "<p>Only in this email.</p>"}
    edition = story.placements.get().edition
    Pick.objects.create(edition=edition, story=story, position=1, own_values=own, picked_at=clock.now())
    assert "Only in this email." in form_of(eddie, f"/stories/{story.pk}/correct/", having="text").data["body"]


def test_the_page_says_which_email_prints_it(eddie: Client, story: Story) -> None:
    publication = story.publication
    make.story(publication)
    ahead = make.edition(publication, due_at=clock.now() + timedelta(days=1))
    page = words(eddie.get(f"/stories/{story.pk}/correct/"))
    assert "The email of tomorrow" in page
    assert "and prints it." in page
    assemble_edition.assemble(ahead.pk, now=clock.now())
    assert "is built already and does not print it" in words(eddie.get(f"/stories/{story.pk}/correct/"))


def test_what_was_typed_is_shown_again_with_what_is_wrong(eddie: Client, story: Story) -> None:
    form = form_of(eddie, f"/stories/{story.pk}/correct/", having="in_next_email")
    answer = form.send(eddie, text=" ", headline="Typed & kept")
    assert answer.status_code == 422
    assert 'value="Typed &amp; kept"' in answer.content.decode()  # type: ignore[attr-defined]
    assert "Write a sentence: what was wrong, and what is right." in words(answer)
    assert not StoryCorrection.objects.exists()


def test_the_preview_shows_the_web_version_as_typed_and_saves_nothing(eddie: Client, story: Story) -> None:
    form = form_of(eddie, f"/stories/{story.pk}/correct/", having="in_next_email")
    form.action = f"/stories/{story.pk}/correct/preview/"
    page = form.send(eddie, text=TEXT, headline="Typed <b>")
    assert 'id="correction-new"' in page.content.decode()  # type: ignore[attr-defined]
    assert "Typed &lt;b&gt;" in page.content.decode()  # type: ignore[attr-defined]
    assert not StoryCorrection.objects.exists()


def test_a_correction_is_taken_out_of_the_next_email_and_undone(eddie: Client, story: Story) -> None:
    form_of(eddie, f"/stories/{story.pk}/correct/", having="in_next_email").send(eddie, text=TEXT)
    made = StoryCorrection.objects.get()
    make.story(story.publication)
    ahead = make.edition(story.publication, due_at=clock.now() + timedelta(days=1))
    assert "Corrections in this email" in words(eddie.get(f"/editions/{ahead.pk}/"))
    answer = eddie.post(f"/story-corrections/{made.pk}/line/", {"edition": ahead.pk})
    assert answer["Location"] == f"/editions/{ahead.pk}/"
    assert "Corrections in this email" not in words(eddie.get(f"/editions/{ahead.pk}/"))
    assert "No email prints it." in words(eddie.get(f"/stories/{story.pk}/correct/"))
    answer = eddie.post(f"/story-corrections/{made.pk}/line/", {"edition": "9" * 5000})
    assert answer["Location"] == f"/stories/{made.story_id}/correct/"
    eddie.post(f"/story-corrections/{made.pk}/withdraw/")
    assert TEXT not in words(eddie.get(f"/stories/{story.pk}/correct/")).partition("History")[0]


def test_a_story_that_was_not_sent_is_edited_and_not_corrected(eddie: Client, publication: Publication) -> None:
    waiting = make.story(publication)
    answer = eddie.get(f"/stories/{waiting.pk}/correct/")
    assert answer["Location"] == f"/stories/{waiting.pk}/"


def test_a_curator_sees_no_button_that_does_not_work(cora: Client, story: Story) -> None:
    edition = story.placements.get().edition
    for address in (f"/editions/{edition.pk}/", f"/stories/{story.pk}/"):
        assert "/correct/" not in cora.get(address).content.decode()
