"""A person's word on an edition: each button, pressed once, pressed twice, and pressed too late."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from newsletter.accounts.models import User
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition
from newsletter.letters.second_person import NOT_SUBMITTED
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.browsing import forms_of


@pytest.fixture
def planned(publication: Publication) -> Edition:
    make.story(publication)
    return make.edition(publication, due_at=clock.now() + timedelta(days=1))


@pytest.fixture
def assembled(planned: Edition) -> Edition:
    return assemble_edition.assemble(planned.pk, now=clock.now())


def press(client: Client, edition: Edition, button: str, **form: str) -> str:
    words_after = follow(client.post(f"/editions/{edition.pk}/{button}/", form), client)
    edition.refresh_from_db()
    return words_after


def test_approving_binds_to_the_letter_that_was_looked_at(eddie: Client, assembled: Edition) -> None:
    assert "Approved. The edition is sent automatically" in press(
        eddie, assembled, "approve", content_hash=assembled.content_hash
    )
    assert assembled.state == EditionState.APPROVED
    assert assembled.approved_by == User.objects.get(email="eddie@example.org")


def test_the_form_on_the_page_carries_the_hash_of_its_letter(eddie: Client, assembled: Edition) -> None:
    page = eddie.get(f"/editions/{assembled.pk}/").content.decode()
    assert f'name="content_hash" value="{assembled.content_hash}"' in page


def test_approving_twice_is_approving_once(eddie: Client, assembled: Edition) -> None:
    for _ in range(2):
        assert "Approved." in press(eddie, assembled, "approve", content_hash=assembled.content_hash)


def test_a_letter_that_changed_meanwhile_is_not_approved_and_it_is_said_why(eddie: Client, assembled: Edition) -> None:
    seen = assembled.content_hash
    story_queue.update(Story.objects.get(), headline="Quite another headline")
    assemble_edition.refresh_stale()
    assemble_edition.assemble(assembled.pk, now=clock.now())
    page = press(eddie, assembled, "approve", content_hash=seen)
    assert "rebuilt since you opened it. Review it again, then approve it." in page
    assert assembled.state == EditionState.ASSEMBLED


@pytest.mark.parametrize("made_up", ["", "0" * 64, "\x00", "x" * 10_000])
def test_a_made_up_hash_approves_nothing(eddie: Client, assembled: Edition, made_up: str) -> None:
    press(eddie, assembled, "approve", content_hash=made_up)
    assert assembled.state == EditionState.ASSEMBLED


def test_what_is_not_assembled_cannot_be_approved(eddie: Client, planned: Edition) -> None:
    assert "cannot become approved" in press(eddie, planned, "approve", content_hash="")


def test_holding_needs_a_reason_and_shows_it(eddie: Client, assembled: Edition) -> None:
    assert "Give a short reason." in press(eddie, assembled, "hold", reason=" \x00 ")
    assert assembled.state == EditionState.ASSEMBLED
    assert "The lawyers \x00are reading".replace("\x00", "") in press(
        eddie, assembled, "hold", reason="The lawyers \x00are reading"
    )
    assert assembled.state == EditionState.HELD


def test_a_long_reason_is_cut_not_refused(eddie: Client, assembled: Edition) -> None:
    press(eddie, assembled, "hold", reason="because " * 500)
    assert (assembled.state, len(assembled.reason)) == (EditionState.HELD, 500)


def test_what_was_held_says_that_it_needs_a_person_also_in_a_publication_that_approves_itself(
    eddie: Client, assembled: Edition
) -> None:
    Publication.objects.update(auto_approve=True)
    press(eddie, assembled, "hold", reason="Wait.")
    assert "must be approved again" in press(eddie, assembled, "release")
    page = words(eddie.get(f"/editions/{assembled.pk}/"))
    assert "Automatic approval is on" not in page
    assert "The email is ready. Review it, then approve it." in press(eddie, assembled, "assemble")


def test_releasing_brings_it_back_into_the_plan(eddie: Client, assembled: Edition) -> None:
    press(eddie, assembled, "hold", reason="Wait.")
    assert "Released." in press(eddie, assembled, "release")
    assert assembled.state == EditionState.PLANNED
    assert "not held" in press(eddie, assembled, "release")


def test_cancelling_gives_the_stories_back(eddie: Client, assembled: Edition) -> None:
    assert "Cancelled. The stories are back at the front of the queue." in press(
        eddie, assembled, "cancel", reason="No news."
    )
    assert assembled.state == EditionState.CANCELLED
    assert len(story_queue.queued_stories(assembled.publication)) == 1
    assert "cannot become cancelled" in press(eddie, assembled, "cancel", reason="No news.")


def test_assembling_ahead_of_time_makes_the_letter_ready_to_be_read(eddie: Client, planned: Edition) -> None:
    assert "The email is ready. Review it, then approve it." in press(eddie, planned, "assemble")
    assert planned.state == EditionState.ASSEMBLED
    press(eddie, planned, "assemble")
    assert planned.letters.count() == 1


def test_with_approval_by_two_people_the_next_step_is_to_submit_it(eddie: Client, planned: Edition) -> None:
    Publication.objects.update(two_people=True)
    said = press(eddie, planned, "assemble")
    assert "The email is ready. Read it, then submit it for review." in said
    assert "then approve it." not in said.replace(NOT_SUBMITTED, "")


def test_assembling_what_approves_itself_is_said_before_and_after(eddie: Client, planned: Edition) -> None:
    assert "Automatic approval is on" not in words(eddie.get(f"/editions/{planned.pk}/"))
    Publication.objects.update(auto_approve=True)
    page = words(eddie.get(f"/editions/{planned.pk}/"))
    assert "Automatic approval is on: once the email is built, it is sent tomorrow" in page
    assert page.count("Automatic approval is on") == 1
    assert "approved automatically. It is sent tomorrow" in press(eddie, planned, "assemble")
    assert planned.state == EditionState.APPROVED


def test_assembling_what_preflight_stops_is_not_called_ready(
    eddie: Client, planned: Edition, settings: Settings
) -> None:
    settings.LOCAL = False
    Story.objects.update(url="http://10.0.0.7/article")
    said = press(eddie, planned, "assemble")
    assert "The edition is held. Preflight found:" in said
    assert "Review it, then approve it" not in said


def test_assembling_with_too_few_stories_says_so(eddie: Client, planned: Edition) -> None:
    Publication.objects.update(minimum_stories=5)
    assert "not enough stories" in press(eddie, planned, "assemble")


def test_taking_a_letter_apart_puts_its_stories_in_front(eddie: Client, assembled: Edition) -> None:
    make.story(assembled.publication, headline="a later one")
    page = press(eddie, assembled, "reopen")
    assert (
        "Reopened. The stories are back at the front of the queue. "
        "The email is rebuilt when you choose Build preview, at the latest" in page
    )
    assert "must then be approved again" in page
    assert assembled.state == EditionState.PLANNED
    assert assembled.pk not in Edition.objects.due_for_assembly(clock.now()).values_list("pk", flat=True)
    assert [s.headline for s in story_queue.queued_stories(assembled.publication)][-1] == "a later one"


def test_an_edition_for_two_people_is_submitted_by_one_and_approved_by_another(
    cora: Client, eddie: Client, publication: Publication
) -> None:
    Publication.objects.update(two_people=True)
    make.story(publication)
    planned = make.edition(publication, due_at=clock.now() + timedelta(minutes=30))
    edition = assemble_edition.assemble(planned.pk, now=clock.now())
    page = f"/editions/{edition.pk}/"
    assert "Waiting for review" in words(eddie.get(page))
    assert "Approve this email" not in words(eddie.get(page))
    assert "Approve and send now" not in words(eddie.get(f"{page}send/"))
    [form] = [form for form in forms_of(cora, page) if form.action.endswith("/submit/")]
    assert "Submitted." in follow(form.send(cora), cora)
    assert "Submit for review" not in words(cora.get(page))
    [form] = [form for form in forms_of(eddie, page) if form.action.endswith("/approve/")]
    assert "Approved." in follow(form.send(eddie), eddie)
    assert "Submitted for review" in words(eddie.get(page))


def test_who_submitted_is_told_why_they_cannot_approve(eddie: Client, publication: Publication) -> None:
    Publication.objects.update(two_people=True)
    make.story(publication)
    planned = make.edition(publication, due_at=clock.now() + timedelta(minutes=30))
    edition = assemble_edition.assemble(planned.pk, now=clock.now())
    eddie.post(f"/editions/{edition.pk}/submit/", {"content_hash": edition.content_hash})
    assert "another person has to approve it" in words(eddie.get(f"/editions/{edition.pk}/"))
    answer = eddie.post(f"/editions/{edition.pk}/approve/", {"content_hash": edition.content_hash})
    assert "another person has to approve it" in follow(answer, eddie)
