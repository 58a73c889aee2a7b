"""The page of an edition's subject, preview text and note."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.browsing import form_of


@pytest.fixture
def edition(publication: Publication) -> Edition:
    for headline in ("The ferry keeps its crossing", "Who owns the cannery?"):
        make.story(publication, headline=headline)
    return make.edition(publication, due_at=clock.now() + timedelta(days=1))


def approve(edition: Edition) -> None:
    made = assemble_edition.assemble(edition.pk, now=clock.now())
    edition_decisions.approve(made, content_hash=made.content_hash, by=make.eddie(), now=clock.now())


def page(edition: Edition) -> str:
    return f"/editions/{edition.pk}/texts/"


def test_the_page_of_an_edition_leads_to_it_until_it_is_sent(cora: Client, edition: Edition) -> None:
    assert "Edit subject, preview text and note" in words(cora.get(f"/editions/{edition.pk}/"))
    sent = make.edition(edition.publication, state=EditionState.CANCELLED, reason="Fire.", local_date=None)
    assert "Edit subject" not in words(cora.get(f"/editions/{sent.pk}/"))
    assert "its texts can no longer be changed" in words(cora.get(page(sent)))


def test_it_says_what_readers_see_when_a_line_is_empty(cora: Client, edition: Edition) -> None:
    said = words(cora.get(page(edition)))
    assert "Empty: readers see The ferry keeps its crossing" in said
    assert "Empty: readers see Who owns the cannery?" in said
    empty = make.edition(make.publication(slug="empty"))
    assert "the first headline once there are stories" in words(cora.get(page(empty)))


def test_saving_an_approved_edition_ends_the_approval_as_the_page_said(cora: Client, edition: Edition) -> None:
    approve(edition)
    said = words(cora.get(page(edition)))
    assert "This email is approved by Eddie. If you save, it is rebuilt, the approval ends" in said
    form = form_of(cora, page(edition), having="intro")
    assert "It must be approved again." in follow(form.send(cora, subject="Ferry stays"), cora)
    edition.refresh_from_db()
    assert (edition.state, edition.subject) == (EditionState.ASSEMBLED, "Ferry stays")


def test_with_automatic_approval_a_text_that_a_person_must_judge_is_said_and_then_saved(
    cora: Client, edition: Edition
) -> None:
    Publication.objects.update(auto_approve=True)
    assemble_edition.assemble(edition.pk, now=clock.now())
    form = form_of(cora, page(edition), having="intro")
    answer: Any = form.send(cora, subject="Ferry TK")
    assert answer.status_code == 422
    assert "the approval ends, and someone must approve it again" in words(answer)
    again = form.send(cora, subject="Ferry TK", announced="unapproved")
    assert "It must be approved again." in follow(again, cora)
    assert "It waits for approval while preflight finds text" in words(cora.get(page(edition)))
    fixed = form_of(cora, page(edition), having="intro").send(cora, subject="Ferry stays")
    assert "approved automatically" in follow(fixed, cora)


def test_an_approval_given_meanwhile_is_said_before_it_ends(cora: Client, edition: Edition) -> None:
    assemble_edition.assemble(edition.pk, now=clock.now())
    form = form_of(cora, page(edition), having="intro")
    approve(edition)
    answer: Any = form.send(cora, subject="Ferry stays")
    assert answer.status_code == 422
    assert "must be approved again" in words(answer)
    assert "Save and end the approval" in words(answer)
    assert "Ferry stays" in answer.content.decode()
    edition.refresh_from_db()
    assert edition.state == EditionState.APPROVED


def test_two_people_on_one_edition_keep_each_other_s_texts(cora: Client, eddie: Client, edition: Edition) -> None:
    first, second = (form_of(client, page(edition), having="intro") for client in (cora, eddie))
    first.send(cora, subject="Cora’s subject")
    second.send(eddie, intro="Eddie’s note")
    third = second.send(eddie, subject="Eddie’s subject")
    assert "Saved by someone else in the meantime: Cora’s subject" in words(third)
    edition.refresh_from_db()
    assert (edition.subject, edition.intro) == ("Cora’s subject", "Eddie’s note")


def test_the_inbox_line_and_the_email_follow_what_is_typed_and_save_nothing(cora: Client, edition: Edition) -> None:
    typed = {"subject": "Ferry " * 20, "preheader": "", "intro": "Good morning."}
    line = words(cora.post(f"{page(edition)}inbox/", typed))
    assert "119 characters; many readers see only the first 70." in line
    assert "Empty: readers see The ferry keeps its crossing · Who owns the cannery?" in line
    email: Any = cora.post(f"{page(edition)}email/", typed | {"scheme": "dark"})
    assert "Good morning." in email.content.decode()
    assert "sandbox" in email["Content-Security-Policy"]
    assert "__nl_" not in email.content.decode()
    edition.refresh_from_db()
    assert (edition.subject, edition.intro) == ("", "")


def test_the_texts_can_be_written_before_there_are_stories(cora: Client) -> None:
    empty = make.edition(make.publication(slug="empty"))
    assert page(empty) in cora.get(f"/editions/{empty.pk}/").content.decode()


def test_the_preview_says_why_there_is_no_email(cora: Client) -> None:
    empty = make.edition(make.publication(slug="empty"))
    assert "The story queue is empty" in words(cora.post(f"{page(empty)}email/", {"subject": "x"}))


def test_what_cannot_be_saved_stays_in_the_form_with_the_reason(cora: Client, edition: Edition) -> None:
    assemble_edition.assemble(edition.pk, now=clock.now())
    Publication.objects.update(postal_address="")
    answer: Any = form_of(cora, page(edition), having="intro").send(cora, subject="Hello", intro="Kept")
    assert answer.status_code == 422
    assert "preflight stops this email" in words(answer).lower()
    assert "Kept" in answer.content.decode()


@pytest.mark.parametrize(
    "subject", ["الجسر الجديد يفتح يوم الجمعة", "\u202eReversed", "<script>alert(1)</script>", "x\x00y"]
)
def test_hostile_and_foreign_subjects_are_text(cora: Client, edition: Edition, subject: str) -> None:
    answer = form_of(cora, page(edition), having="intro").send(cora, subject=subject)
    assert answer.status_code in (302, 422)
    again: Any = cora.get(page(edition))
    assert "<script>alert" not in again.content.decode()
    assert "\u202e" not in again.content.decode()
