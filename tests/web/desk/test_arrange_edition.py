"""The edition beside the queue: what the page says and offers, with and without scripts."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from newsletter.editions import edition_picks
from newsletter.editions.models import Edition
from newsletter.letters import assemble_edition, edit_edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories import story_claims, story_queue
from newsletter.stories.feed_models import Suggestion
from newsletter.stories.feeds import edit_feed
from newsletter.stories.models import Story
from newsletter.stories.reading.page_story import FieldOrigin
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


def send(client: Client, way: str, headline: str = "two", **values: str) -> Any:
    """Press a button of a story in the edition, without scripts."""
    return client.post(f"/editions/{Edition.objects.earliest('pk').pk}/stories/{story(headline).pk}/{way}/", values)


def test_what_fills_the_edition_is_said_to_be_automatic_until_it_is_pinned(cora: Client, edition: Edition) -> None:
    assert words(cora.get(DESK)).count("Automatic") == 3
    page = follow(send(cora, "place"), cora)
    assert "“two” is number 1 of 3." in page
    assert words(cora.get(DESK)).count("Automatic") == 2


def test_the_page_says_until_when_stories_are_taken_and_where_a_later_one_went(cora: Client, edition: Edition) -> None:
    assert "Stories are taken until" in words(cora.get(DESK))
    assert ", when the email is built." in words(cora.get(DESK))
    later = make.edition(edition.publication, due_at=edition.due_at + timedelta(days=1), local_date=None)
    Publication.objects.update(closing_minutes=301, maximum_stories=1)
    assert "Stories were taken until" in words(cora.get(DESK))
    page = follow(send(cora, "place"), cora)
    assert "takes no more stories, so “two” is in the edition of" in page
    assert list(later.picks.values_list("story__headline", flat=True)) == ["two"]
    assert "In another edition" in words(cora.get(DESK))
    assert "two" in words(cora.get(f"{DESK}?edition={later.pk}&show=edition"))
    assert "Add anyway" not in page, "a curator may not"


def test_an_editor_is_offered_to_add_a_late_story_with_what_follows(eddie: Client, edition: Edition) -> None:
    Publication.objects.update(closing_minutes=301, maximum_stories=1, recurrence="FREQ=DAILY;COUNT=1")
    page = follow(send(eddie, "place"), eddie)
    assert "no edition follows that does" in page
    assert "Add anyway : “two”" in page
    assert "with this story and then needs an approval. It is due" in page
    assert "“two” is number 1 of 1" in follow(send(eddie, "place", anyway="yes"), eddie)


def test_a_finding_leads_to_the_form_that_mends_it(eddie: Client, edition: Edition) -> None:
    send(eddie, "place", "one")
    edit_edition.edit_texts(edition, {"subject": "TK"}, by=make.eddie(), now=clock.now())
    Story.objects.filter(headline="one").update(state="dropped")
    Story.objects.filter(headline="two").update(kicker="TK")
    assemble_edition.assemble(edition.pk, now=clock.now())
    page = eddie.get(f"/editions/{edition.pk}/").content.decode()
    assert f'href="/stories/{story("one").pk}/">Go to it' in page
    assert f'href="/editions/{edition.pk}/stories/{story("two").pk}/#id_kicker">Go to it' in page


def test_an_act_can_be_undone_after_the_page_was_loaded_again(cora: Client, edition: Edition) -> None:
    send(cora, "place")
    send(cora, "kind", kind="lead")
    send(cora, "out")
    assert "Taken out of this edition (1)" in words(cora.get(DESK))
    for count in (1, 2, 3):
        form = next(form for form in forms_of(cora, DESK) if form.action.endswith("/undo/"))
        assert "Undone: “two”" in follow(form.send(cora), cora), count
    assert edition.picks.count() == 0
    assert not [form for form in forms_of(cora, DESK) if form.action.endswith("/undo/")]


def test_the_edition_is_polled_and_the_answer_is_empty_until_something_changed(cora: Client, edition: Edition) -> None:
    seen = cora.get(DESK).content.decode().partition('name="seen" value="')[2].partition('"')[0]
    address = f"{DESK}edition/?seen={seen}&edition={edition.pk}"
    assert cora.get(address).status_code == 204
    edition_picks.place(edition, story("three"), by=make.eddie(), now=clock.now())
    answer = cora.get(address)
    assert answer.status_code == 200
    assert answer.content.decode().count("hx-swap-oob") == 0


def test_a_story_that_is_left_out_says_why(cora: Client, edition: Edition) -> None:
    send(cora, "place")
    story_queue.update(story("two"), embargo_until=edition.due_at + timedelta(days=1))
    assert "Left out It is under embargo until" in words(cora.get(DESK))
    story_queue.drop(story("one"))
    assert "is not in the queue any more, so it cannot be put into an edition" in follow(
        send(cora, "place", "one"), cora
    )


def test_a_suggestion_goes_straight_into_the_edition(cora: Client, edition: Edition) -> None:
    feed = edit_feed.add_feed(edition.publication, url="https://post.example.org/feed")
    Suggestion.objects.create(
        publication=edition.publication,
        feed=feed,
        url="https://post.example.org/ferry",
        key="ferry",
        page_key="ferry",
        seen_at=clock.now(),
        is_whole=True,
        dated_at=clock.now(),
        fields={"headline": ["Ferry stays", FieldOrigin.FEED.value]},
        paragraphs=["<p>It stays.</p>"],
    )
    form = next(form for form in forms_of(cora, DESK) if "/suggestions/" in form.action and "/queue/" in form.action)
    assert "“Ferry stays” is in the edition of" in follow(form.send(cora, edition=str(edition.pk)), cora)
    assert edition.picks.get().story.headline == "Ferry stays"


def test_who_is_on_a_story_is_shown_for_half_an_hour_and_may_be_taken_over(
    cora: Client, eddie: Client, edition: Edition
) -> None:
    address = f"/stories/{story('two').pk}"
    assert "You are on “two”" in follow(cora.post(f"{address}/claim/"), cora)
    assert "Cora is on it" in words(eddie.get(DESK))
    assert "Cora is on this story" in follow(eddie.post(f"{address}/claim/"), eddie)
    assert story("two").claimed_by == make.cora()
    eddie.post(f"{address}/release/")
    assert story("two").claimed_by == make.cora(), "only their own"
    Story.objects.filter(headline="two").update(claimed_at=clock.now() - timedelta(minutes=29))
    story_queue.update(story("two"), kicker="Sea", by=make.cora())
    assert story_claims.claimant(story("two"), now=clock.now() + timedelta(minutes=29)) == make.cora()
    assert story_claims.claimant(story("two"), now=clock.now() + timedelta(minutes=31)) is None
    eddie.post(f"{address}/claim/", {"over": "yes"})
    assert story("two").claimed_by == make.eddie()
    eddie.post(f"{address}/release/")
    assert "is on it" not in words(cora.get(DESK))


def test_a_built_edition_says_so_and_offers_no_changes(cora: Client, publication: Publication) -> None:
    make.approved_edition(publication, due_at=clock.now() + timedelta(hours=2))
    page = cora.get(DESK)
    assert "Stories are taken" not in words(page)
    assert "/place/" not in page.content.decode()


def test_a_story_is_changed_for_one_email_beside_its_original(cora: Client, edition: Edition) -> None:
    address = f"/editions/{edition.pk}/stories/{story('two').pk}/"
    form = next(form for form in forms_of(cora, address) if "headline" in form.names)
    assert follow(form.send(cora, headline="Ferry stays"), cora).count("Changed for this email") == 1
    page = words(cora.get(address))
    assert "Original: two" in page
    form = next(form for form in forms_of(cora, address) if "headline" in form.names)
    form.send(cora, kicker="Sea", reset="headline")
    assert edition.picks.get().own_values == {"kicker": "Sea"}
    assert "Ferry stays" in words(cora.post(f"{address}email/", {"headline": "Ferry stays"}))
    assert cora.get(f"/editions/{edition.pk}/stories/{make.story(make.publication()).pk}/").status_code == 404


def test_the_palette_finds_what_the_person_may_open(cora: Client, otto: Client, edition: Edition) -> None:
    make.story(edition.publication, headline="<b>Ferry</b> & sea")
    found = cora.get("/palette/", {"q": "ferry"})
    assert "&lt;b&gt;Ferry&lt;/b&gt; &amp; sea" in found.content.decode()
    assert "Nothing found." in words(otto.get("/palette/", {"q": "ferry"}))
    assert "Ops" in words(otto.get("/palette/", {"q": "op"}))
    assert "Ops" not in words(cora.get("/palette/", {"q": "op"}))
    assert "The Morning Post" in words(cora.get("/palette/", {"q": "morn"}))
    assert "The Morning Post story queue" in words(cora.get("/palette/", {"q": "queue"}))
    assert "The Morning Post story queue" not in words(cora.get("/palette/", {"q": "sugg"}))
    assert cora.get("/palette/", {"q": "%" * 5000 + "\0"}).status_code == 200
    assert words(cora.get("/palette/", {"q": "o"})).count("story of") <= 6


def test_letter_keys_are_switched_off_for_one_person(cora: Client, eddie: Client, edition: Edition) -> None:
    assert 'data-letter-keys="on"' in cora.get(DESK).content.decode()
    assert "Single letters are not keys." in words(cora.post("/letter-keys/", {"keys": "off"}))
    assert '<body data-letter-keys="off">' in cora.get(DESK).content.decode()
    assert '<body data-letter-keys="on">' in eddie.get(DESK).content.decode()


def test_on_a_phone_queue_and_edition_are_two_links(cora: Client, edition: Edition) -> None:
    page = cora.get(DESK).content.decode()
    assert 'class="desk show-queue"' in page
    assert f'href="/desk/morning/?show=edition&amp;edition={edition.pk}"' in page
    assert 'class="desk show-edition"' in cora.get(f"{DESK}?show=edition").content.decode()
