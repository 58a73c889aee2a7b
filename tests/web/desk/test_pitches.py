"""The pages of pitches: a contributor proposes, a curator decides, the contributor reads what was decided."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.editions import edition_pitches
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role
from newsletter.stories import pitches
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.browsing import form_of
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
PAGE, NEW = "/desk/morning/pitches/", "/desk/morning/pitches/new/"
TYPED = {
    "why": "Islanders ask.",
    "headline": "The ferry stays",
    "url": "https://post.example.org/ferry",
    "body": "It stays for another year.",
}


@pytest.fixture
def contributor(publication: Publication) -> User:
    carl = User.objects.create_user("carl@example.org", name="Carl", role="")
    grant_publication_role(carl, publication, role=Role.CONTRIBUTOR, by=None, now=clock.now())
    return User.objects.get(pk=carl.pk)


@pytest.fixture
def carl(contributor: User) -> Client:
    return signed_in(contributor)


def test_a_story_is_pitched_changed_accepted_and_seen_in_the_queue(carl: Client, cora: Client) -> None:
    answer = form_of(carl, NEW, having="why").send(carl, **TYPED)
    assert "Waiting for a curator" in follow(answer, carl)
    pitch = Story.objects.get()
    answer = form_of(carl, f"/pitches/{pitch.pk}/", having="why").send(carl, why="Many ask.")
    assert "Many ask." in follow(answer, carl)
    page = words(cora.get(PAGE))
    assert "Pitches: 1" in words(cora.get("/desk/morning/"))
    assert ": Many ask." in page
    assert "It stays for another year." in page
    answer = cora.post(f"/pitches/{pitch.pk}/accept/")
    assert "at the end of the queue" in follow(answer, cora)
    shown = words(carl.get(PAGE))
    assert "Accepted It is in the queue." in shown
    assert "The story queue The ferry stays" in shown
    assert "can no longer be changed" in follow(carl.get(f"/pitches/{pitch.pk}/"), carl)


def test_the_reason_for_declining_is_read_by_whoever_pitched(
    carl: Client, cora: Client, contributor: User, publication: Publication
) -> None:
    text: Any = {"headline": "The ferry stays", "url": "https://post.example.org/ferry", "body": "<p>It stays.</p>"}
    pitch = pitches.pitch_story(publication, why="Islanders ask.", by=contributor, **text)
    refused = follow(cora.post(f"/pitches/{pitch.pk}/decline/", {"reason": " "}), cora)
    assert "reason: is empty." in refused
    answer = cora.post(f"/pitches/{pitch.pk}/decline/", {"reason": "We <b>ran</b> it in May."})
    assert "was declined" in follow(answer, cora)
    page = carl.get(PAGE)
    assert "Declined We <b>ran</b> it in May." in words(page)
    assert "<b>ran</b>" not in page.content.decode()
    assert "Accept after all" in words(cora.get(PAGE))
    assert "A pitch that was declined by Carl: Islanders ask." in words(cora.get(f"/stories/{pitch.pk}/"))


def test_a_contributor_sees_own_pitches_the_queue_and_nothing_else(
    carl: Client, publication: Publication, contributor: User
) -> None:
    make.story(publication, headline="Rain at last")
    make.story(publication, headline="Of another contributor", state="pitched", pitch="Yes.", created_by=make.cora())
    make.story(publication, headline="My own", state="pitched", pitch="Yes.", created_by=contributor)
    page = words(carl.get(PAGE))
    assert "Rain at last" in page
    assert "My own" in page
    assert "Of another contributor" not in page
    bar = page.partition("Carl")[0]
    assert "Pitches" in bar
    for other in ("Desk", "Editions", "Appeals", "Publications", "Readers", "Ops"):
        assert other not in bar
    assert carl.get("/").headers["Location"] == "/pitches/"
    theirs, own = Story.objects.get(headline="Of another contributor"), Story.objects.get(headline="My own")
    assert [carl.get(f"/stories/{story.pk}/picture/").status_code for story in (own, theirs)] == [200, 404]
    assert carl.get(f"/pitches/{theirs.pk}/").status_code == 404
    assert carl.post(f"/pitches/{theirs.pk}/", TYPED).status_code == 404


def test_what_was_typed_is_kept_when_a_pitch_is_not_accepted_by_the_form(carl: Client) -> None:
    answer: Any = form_of(carl, NEW, having="why").send(carl, **TYPED | {"why": "", "url": "nothing"})
    assert answer.status_code == 200
    assert "The ferry stays" in answer.content.decode()
    assert "This field is required." in words(answer)
    assert carl.post("/unsaved-changes/", {"unsaved-address": NEW, "headline": "Half"}).status_code == 204
    assert "Half" in carl.get(NEW).content.decode()


def test_a_pitch_with_the_link_of_a_queued_story_says_so(cora: Client, publication: Publication) -> None:
    queued = make.story(publication)
    pitch = make.story(publication, url=queued.url, state="pitched", pitch="Yes.", created_by=make.cora())
    page = words(cora.get(PAGE))
    assert f"This link is already in the queue, as story {queued.pk}" in page
    assert "Accept anyway" in page
    assert "Confirm the duplicate" in follow(cora.post(f"/pitches/{pitch.pk}/accept/"), cora)
    assert "was accepted" in follow(cora.post(f"/pitches/{pitch.pk}/accept/", {"again": "1"}), cora)


def test_a_pitch_that_changed_since_the_curator_read_it_is_read_again(
    cora: Client, carl: Client, contributor: User, publication: Publication
) -> None:
    pitch = make.story(publication, state="pitched", pitch="Yes.", created_by=contributor)
    read = form_of(cora, PAGE, having="version")
    form_of(carl, f"/pitches/{pitch.pk}/", having="why").send(carl, url="https://elsewhere.example.org/")
    assert "Read it again, then decide." in follow(read.send(cora), cora)
    pitch.refresh_from_db()
    assert pitch.state == "pitched"
    assert "was accepted" in follow(form_of(cora, PAGE, having="version").send(cora), cora)


def test_a_pitch_for_an_edition_is_put_into_it_once_it_is_accepted(
    carl: Client, cora: Client, publication: Publication
) -> None:
    Publication.objects.update(closing_minutes=120)
    soon = make.edition(publication, due_at=clock.now() + timedelta(hours=1))
    edition = make.edition(publication, due_at=clock.now() + timedelta(hours=5), local_date=None)
    form = form_of(carl, NEW, having="why")
    assert "(takes stories until" in words(carl.get(NEW))
    assert f'value="{soon.pk}"' not in carl.get(NEW).content.decode(), "it has closed"
    assert "For the edition of" in follow(form.send(carl, **TYPED, for_edition=str(edition.pk)), carl)
    pitch = Story.objects.get()
    assert "For the edition of" in words(cora.get(PAGE))
    assert "was accepted and is in the edition of" in follow(cora.post(f"/pitches/{pitch.pk}/accept/"), cora)
    assert edition.picks.get().story == pitch


def test_a_pitch_for_an_edition_that_has_closed_since_goes_to_the_next_one_and_says_so(
    carl: Client, cora: Client, publication: Publication
) -> None:
    edition = make.edition(publication, due_at=clock.now() + timedelta(hours=5))
    later = make.edition(publication, due_at=clock.now() + timedelta(hours=9), local_date=None)
    form_of(carl, NEW, having="why").send(carl, **TYPED, for_edition=str(edition.pk))
    early = make.story(publication)
    Story.objects.filter(pk=early.pk).update(queued_at=clock.now() - timedelta(days=1))
    Publication.objects.update(closing_minutes=6 * 60, maximum_stories=1)
    pitch = Story.objects.get(state="pitched")
    change = form_of(carl, f"/pitches/{pitch.pk}/", having="why")
    assert change.data["for_edition"] == str(edition.pk)
    cora.post(f"/pitches/{pitch.pk}/accept/")
    assert later.picks.get().story == pitch


def test_a_pitch_for_an_edition_that_closed_while_it_was_written_is_stored_and_says_so(
    carl: Client, publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = make.edition(publication, due_at=clock.now() + timedelta(hours=5))
    form = form_of(carl, NEW, having="why")
    Publication.objects.update(closing_minutes=6 * 60, recurrence="FREQ=DAILY;COUNT=1")
    typed = TYPED | {"for_edition": str(edition.pk)}
    assert "This edition takes no more stories. Choose another one, or any." in words(form.send(carl, **typed))
    assert not Story.objects.exists()
    closed = Edition.objects.select_related("publication").get()  # between the form and the act
    monkeypatch.setattr(edition_pitches, "offered_editions", lambda *_, **__: [closed])
    page = follow(form.send(carl, **typed), carl)
    assert "was pitched" in page
    assert "The edition of the pitch was not saved. This edition takes no more stories" in page
    assert Story.objects.count() == 1


def test_the_edition_of_a_pitch_is_recorded_and_nobody_chooses_it_for_the_pitch_of_another(
    carl: Client, contributor: User, publication: Publication
) -> None:
    edition = make.edition(publication, due_at=clock.now() + timedelta(hours=5))
    form_of(carl, NEW, having="why").send(carl, **TYPED, for_edition=str(edition.pk))
    pitch = Story.objects.get()
    record = Record.objects.get(act=Act.STORY_CHANGED)
    assert (record.subject_id, record.details) == (pitch.pk, {"for_edition": f"any → {edition.pk}"})
    other = make.story(publication, state="pitched", pitch="Yes.", created_by=make.cora())
    with pytest.raises(NotPermitted):
        edition_pitches.choose_edition(other, edition, by=contributor, now=clock.now())


def test_a_contributor_withdraws_a_pitch_and_has_a_limited_number_of_them(
    carl: Client, contributor: User, publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pitches, "MAX_WAITING", 1)
    form_of(carl, NEW, having="why").send(carl, **TYPED)
    another = TYPED | {"url": "https://post.example.org/other"}
    refused = words(form_of(carl, NEW, having="why").send(carl, **another))
    assert "You have 1 pitches here that wait for a curator" in refused
    pitch = Story.objects.get()
    assert "was withdrawn" in follow(carl.post(f"/pitches/{pitch.pk}/withdraw/"), carl)
    assert "Withdrawn" in words(carl.get(PAGE))
    form_of(carl, NEW, having="why").send(carl, **another)
    assert Story.objects.count() == 2
    others = make.story(publication, state="pitched", pitch="Yes.", created_by=make.cora())
    assert "Only its contributor can withdraw" in follow(carl.post(f"/pitches/{others.pk}/withdraw/"), carl)
    assert "can no longer be withdrawn" in follow(
        carl.post(f"/pitches/{make.story(publication, pitch='Yes.', created_by=contributor).pk}/withdraw/"), carl
    )
