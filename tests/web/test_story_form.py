"""The form of a story: what is not changed stays as it is, and two people lose nothing to each other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from newsletter.editions.models import EditionState
from newsletter.lib.errors import VersionConflict
from newsletter.pictures import picture_storage
from newsletter.pictures.models import PictureState
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.models import Kind, Story
from newsletter.stories.rich_text import rich_text
from tests.pictures.drawn import file, plain
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.browsing import form_of, forms_in
from tests.web.desk.test_stories import FORM, NEW

FIRST = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30 in New York, for the first time that night
SECOND = FIRST + timedelta(hours=1)


def page_of(story: Story) -> str:
    return f"/stories/{story.pk}/"


def stored(story: Story) -> dict[str, Any]:
    return dict(Story.objects.filter(pk=story.pk).values().get())


def full_story(publication: Publication) -> Story:
    return make.story(
        publication,
        kind=Kind.SHORT,
        section="Town",
        kicker="City",
        quote="We stay.",
        quote_by="Ada",
        picture=make.picture(source_url="https://post.example.org/p.jpg"),
        picture_url="https://post.example.org/p.jpg",
        picture_alt="Rain",
        picture_credit="Odd Lunde",
        language="pt-BR",
        direction="ltr",
        is_sensitive=True,
        embargo_until=datetime(2026, 12, 1, 12, 0, 30, tzinfo=UTC),
        expires_at=datetime(2026, 12, 3, 12, 0, tzinfo=UTC),
    )


def test_saving_a_story_unchanged_changes_nothing_not_even_when_it_was_changed(
    cora: Client, publication: Publication
) -> None:
    story = full_story(publication)
    before = stored(story)
    assert "You made no changes, so nothing was saved." in follow(
        form_of(cora, page_of(story), having="headline").send(cora), cora
    )
    assert stored(story) == before


def test_changing_one_field_leaves_every_other_as_it_was(cora: Client, publication: Publication) -> None:
    story = full_story(publication)
    before = stored(story)
    form_of(cora, page_of(story), having="headline").send(cora, kicker="New")
    after = stored(story)
    assert {name for name in after if after[name] != before[name]} == {"kicker", "version", "changed_at"}


@pytest.mark.parametrize(
    "body",
    [
        "<p>Write &lt;p&gt; before a paragraph.</p><p>And &lt;br&gt; where a line ends.</p>",
        "<p>&lt;strong&gt;</p>",
        "<p>- one</p><p>- two</p>",
        "<p>One.</p><ul><li>a</li></ul>",
        "<p>A<br>B</p>",
        "<p>5 &lt; 6 &amp; 7</p>",
        "<blockquote><p>Said.</p></blockquote>",
    ],
)
def test_a_body_of_any_kind_is_shown_as_words_that_are_read_back_as_it(
    cora: Client, publication: Publication, body: str
) -> None:
    story = make.story(publication, body=rich_text.sanitise(body))
    form = form_of(cora, page_of(story), having="body")
    assert form.send(cora).status_code == 302
    assert stored(story)["body"] == body
    form.send(cora, body=form.data["body"] + " ")  # a blank is no change
    assert stored(story)["body"] == body
    bare = {name: form.data[name] for name in ("headline", "url", "body")}  # as a program posts it
    cora.post(page_of(story), bare | {"headline": "Other"})
    assert stored(story)["body"] == body


@pytest.mark.parametrize("at", [FIRST, SECOND])
def test_an_embargo_in_the_hour_that_comes_twice_stays_at_its_own(
    cora: Client, publication: Publication, at: datetime
) -> None:
    story = make.story(publication, embargo_until=at, expires_at=at + timedelta(minutes=10))
    assert form_of(cora, page_of(story), having="headline").send(cora, kicker="New").status_code == 302
    story.refresh_from_db()
    assert (story.kicker, story.embargo_until) == ("New", at)


def test_a_time_typed_in_the_hour_that_comes_twice_shows_no_story_too_early_or_too_late(
    cora: Client, publication: Publication
) -> None:
    cora.post(NEW, FORM | {"embargo_until": "2026-11-01T01:30"})
    assert Story.objects.get().embargo_until == SECOND
    Story.objects.all().delete()
    cora.post(NEW, FORM | {"expires_at": "2026-11-01T01:30"})
    assert Story.objects.get().expires_at == FIRST


def test_seconds_are_shown_and_kept(cora: Client, publication: Publication) -> None:
    at = datetime(2026, 12, 1, 12, 0, 30, tzinfo=UTC)
    story = make.story(publication, embargo_until=at)
    form = form_of(cora, page_of(story), having="embargo_until")
    assert form.data["embargo_until"] == "2026-12-01T07:00:30"
    form.send(cora, embargo_until="2026-12-01T07:00:31")
    assert stored(story)["embargo_until"] == at + timedelta(seconds=1)


def test_two_people_who_change_different_fields_both_have_their_way(
    cora: Client, eddie: Client, publication: Publication
) -> None:
    story = make.story(publication)
    first, second = (form_of(client, page_of(story), having="headline") for client in (cora, eddie))
    first.send(cora, headline="Hers", is_sensitive="on")
    assert second.send(eddie, kicker="His").status_code == 302
    after = stored(story)
    assert (after["headline"], after["kicker"], after["is_sensitive"]) == ("Hers", "His", True)


def test_who_saves_later_is_refused_and_sees_both_texts(cora: Client, eddie: Client, publication: Publication) -> None:
    story = make.story(publication)
    first, second = (form_of(client, page_of(story), having="headline") for client in (cora, eddie))
    first.send(cora, headline="Hers", body="Her words.\n\nMore of them.", kicker="Kept")
    page: Any = second.send(eddie, headline="His", body="His words.", byline="Bo")
    assert page.status_code == 200
    said = words(page)
    assert "Someone else changed this while you were editing, so your changes are not saved yet." in said
    assert "Saved by someone else in the meantime: Hers" in said
    assert "Her words. More of them." in said
    assert "Add anyway" not in said
    (form,) = [form for form in forms_in(page, page_of(story)) if "headline" in form.names]
    assert (form.data["headline"], form.data["body"], form.data["byline"]) == ("His", "His words.", "Bo")
    assert form.data["kicker"] == "Kept"  # what she did and he did not touch
    after = stored(story)
    assert (after["headline"], after["body"]) == ("Hers", "<p>Her words.</p><p>More of them.</p>")
    assert form.send(eddie).status_code == 302  # now he knows
    after = stored(story)
    assert (after["headline"], after["body"], after["kicker"], after["byline"]) == (
        "His",
        "<p>His words.</p>",
        "Kept",
        "Bo",
    )


def test_the_same_change_made_twice_is_no_conflict(cora: Client, eddie: Client, publication: Publication) -> None:
    story = make.story(publication)
    first, second = (form_of(client, page_of(story), having="headline") for client in (cora, eddie))
    for form, client in ((first, cora), (second, eddie)):
        assert form.send(client, headline="Rain").status_code == 302


def test_two_pictures_for_one_story_are_a_conflict(cora: Client, eddie: Client, publication: Publication) -> None:
    story = make.story(publication)
    first, second = (form_of(client, page_of(story), having="headline") for client in (cora, eddie))

    def street() -> SimpleUploadedFile:
        return SimpleUploadedFile("street.png", file(plain(1200, 600)), content_type="image/png")

    first.send(cora, picture_file=street(), picture_alt="Hers")
    page: Any = second.send(eddie, picture_file=street(), picture_alt="Hers")
    assert "Saved by someone else in the meantime: (file changed or removed)" in words(page)


def test_a_post_that_only_names_an_old_version_replaces_nothing(cora: Client, publication: Publication) -> None:
    story = make.story(publication)
    story_queue.update(story, headline="Hers")
    page = cora.post(page_of(story), {"headline": "His", "seen-version": "1"})
    assert page.status_code == 200
    assert stored(story)["headline"] == "Hers"


def test_who_saves_at_the_same_moment_is_told_and_keeps_the_words(
    cora: Client, publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = make.story(publication)
    form = form_of(cora, page_of(story), having="headline")

    def outrun(*_: object, **__: object) -> Story:
        raise VersionConflict("Story 1 was changed.")

    with monkeypatch.context() as patched:
        patched.setattr(story_queue, "update", outrun)
        page: Any = form.send(cora, headline="His")
    assert "Someone else saved this story at the same moment." in words(page)
    (form,) = [form for form in forms_in(page, page_of(story)) if "headline" in form.names]
    assert form.data["headline"] == "His"


def test_saving_asks_once_more_for_a_picture_that_could_not_be_fetched(cora: Client, publication: Publication) -> None:
    address = "https://post.example.org/p.jpg"
    failed = make.picture(state=PictureState.FAILED, source_url=address, problem="It did not answer.")
    story = make.story(publication, picture=failed, picture_url=address, picture_alt="Rain")
    form_of(cora, page_of(story), having="headline").send(cora)
    story.refresh_from_db()
    assert story.picture
    assert story.picture.is_pending


def test_on_a_full_disk_a_picture_is_refused_and_the_words_stay(
    cora: Client, publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(picture_storage, "store", full)
    picture = SimpleUploadedFile("street.png", file(plain(1200, 600)), content_type="image/png")
    for address in (NEW, page_of(make.story(publication))):
        picture.seek(0)
        page = cora.post(address, FORM | {"picture_file": picture, "picture_alt": "A street"})
        assert page.status_code == 200
        assert "Could not be stored: the disk may be full." in words(page)
        assert "It rained." in page.content.decode()
        assert 'value="A street"' in page.content.decode()


def test_when_the_database_is_full_the_words_stay(
    cora: Client, publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> Story:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(story_queue, "add", full)
    monkeypatch.setattr(story_queue, "update", full)
    for address in (NEW, page_of(make.story(publication))):
        page = cora.post(address, FORM)
        assert page.status_code == 200
        assert "Not saved: the database" in words(page)
        assert "It rained." in page.content.decode()


def test_a_story_of_an_edition_that_was_sent_says_that_changing_it_changes_nothing_there(
    cora: Client, publication: Publication
) -> None:
    edition = make.approved_edition(publication)
    story = edition.stories.get()
    assert "must then be approved again" in words(cora.get(page_of(story)))
    edition.move(EditionState.DISPATCHING)
    edition.save()
    page = words(cora.get(page_of(story)))
    assert "Changes do not affect that edition." in page
    assert "must then be approved again" not in page
