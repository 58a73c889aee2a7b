"""A person's word on an edition: each button, pressed once, pressed twice, and pressed too late."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from newsletter.accounts.models import User
from newsletter.editions import assembly
from newsletter.editions.models import Edition, State
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories import queue
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.web.asking import follow, words


@pytest.fixture
def planned(publication: Publication) -> Edition:
    make.story(publication)
    return make.edition(publication, due_at=clock.now() + timedelta(days=1))


@pytest.fixture
def assembled(planned: Edition) -> Edition:
    return assembly.assemble(planned.pk, now=clock.now())


def press(client: Client, edition: Edition, button: str, **form: str) -> str:
    words_after = follow(client.post(f"/editions/{edition.pk}/{button}/", form), client)
    edition.refresh_from_db()
    return words_after


def test_approving_binds_to_the_letter_that_was_looked_at(eddie: Client, assembled: Edition) -> None:
    assert "Approved. It leaves by itself" in press(eddie, assembled, "approve", content_hash=assembled.content_hash)
    assert assembled.state == State.APPROVED
    assert assembled.approved_by == User.objects.get(email="eddie@example.org")


def test_the_form_on_the_page_carries_the_hash_of_its_letter(eddie: Client, assembled: Edition) -> None:
    page = eddie.get(f"/editions/{assembled.pk}/").content.decode()
    assert f'name="content_hash" value="{assembled.content_hash}"' in page


def test_approving_twice_is_approving_once(eddie: Client, assembled: Edition) -> None:
    for _ in range(2):
        assert "Approved." in press(eddie, assembled, "approve", content_hash=assembled.content_hash)


def test_a_letter_that_changed_meanwhile_is_not_approved_and_it_is_said_why(eddie: Client, assembled: Edition) -> None:
    seen = assembled.content_hash
    queue.revise(Story.objects.get(), headline="Quite another headline")
    assembly.refresh_stale()
    assembly.assemble(assembled.pk, now=clock.now())
    page = press(eddie, assembled, "approve", content_hash=seen)
    assert "assembled anew since you looked at it. Look again, then approve." in page
    assert assembled.state == State.ASSEMBLED


@pytest.mark.parametrize("made_up", ["", "0" * 64, "\x00", "x" * 10_000])
def test_a_made_up_hash_approves_nothing(eddie: Client, assembled: Edition, made_up: str) -> None:
    press(eddie, assembled, "approve", content_hash=made_up)
    assert assembled.state == State.ASSEMBLED


def test_what_is_not_assembled_cannot_be_approved(eddie: Client, planned: Edition) -> None:
    assert "cannot become approved" in press(eddie, planned, "approve", content_hash="")


def test_holding_needs_a_reason_and_shows_it(eddie: Client, assembled: Edition) -> None:
    assert "Say in a few words why." in press(eddie, assembled, "hold", reason=" \x00 ")
    assert assembled.state == State.ASSEMBLED
    assert "The lawyers \x00are reading".replace("\x00", "") in press(
        eddie, assembled, "hold", reason="The lawyers \x00are reading"
    )
    assert assembled.state == State.HELD


def test_a_long_reason_is_cut_not_refused(eddie: Client, assembled: Edition) -> None:
    press(eddie, assembled, "hold", reason="because " * 500)
    assert (assembled.state, len(assembled.reason)) == (State.HELD, 500)


def test_releasing_brings_it_back_into_the_plan(eddie: Client, assembled: Edition) -> None:
    press(eddie, assembled, "hold", reason="Wait.")
    assert "Released." in press(eddie, assembled, "release")
    assert assembled.state == State.PLANNED
    assert "not held" in press(eddie, assembled, "release")


def test_cancelling_gives_the_stories_back(eddie: Client, assembled: Edition) -> None:
    assert "Cancelled. Its stories lead the queue again." in press(eddie, assembled, "cancel", reason="No news.")
    assert assembled.state == State.CANCELLED
    assert len(queue.waiting(assembled.publication)) == 1
    assert "cannot become cancelled" in press(eddie, assembled, "cancel", reason="No news.")


def test_assembling_ahead_of_time_makes_the_letter_ready_to_be_read(eddie: Client, planned: Edition) -> None:
    assert "Assembled. Read it, then approve it." in press(eddie, planned, "assemble")
    assert planned.state == State.ASSEMBLED
    press(eddie, planned, "assemble")
    assert planned.letters.count() == 1


def test_assembling_with_too_few_stories_says_so(eddie: Client, planned: Edition) -> None:
    Publication.objects.update(minimum_stories=5)
    assert "too few stories" in press(eddie, planned, "assemble")


def test_taking_a_letter_apart_puts_its_stories_in_front(eddie: Client, assembled: Edition) -> None:
    make.story(assembled.publication, headline="a later one")
    assert "Taken apart" in press(eddie, assembled, "reopen")
    assert assembled.state == State.PLANNED
    assert [s.headline for s in queue.waiting(assembled.publication)][-1] == "a later one"


def test_another_time_is_on_the_publications_clock(eddie: Client, assembled: Edition) -> None:
    page = press(eddie, assembled, "reschedule", due_at="2031-01-06T07:30")
    assert "It is now due Mon 6 Jan 2031, 07:30 EST." in page
    assert assembled.due_at == datetime(2031, 1, 6, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due_at", "said"),
    [
        ("", "This field is required"),
        ("soon", "Give a date and a time"),
        ("2020-01-01T07:00", "Has passed. Give a time from now on."),
    ],
)
def test_a_time_that_cannot_be_is_told_at_its_field(eddie: Client, assembled: Edition, due_at: str, said: str) -> None:
    page = eddie.post(f"/editions/{assembled.pk}/reschedule/", {"due_at": due_at})
    assert (page.status_code, due_at in page.content.decode()) == (200, True)
    assert said.replace("This field is required", "Please fill this in") in words(page)


def test_a_time_before_an_embargo_is_refused(eddie: Client, assembled: Edition) -> None:
    Story.objects.update(embargo_until=clock.now() + timedelta(days=5000))
    page = eddie.post(f"/editions/{assembled.pk}/reschedule/", {"due_at": "2031-01-06T07:30"})
    assert "Does not suit its stories. Story" in words(page)
    assert "under embargo until" in words(page)


def test_sending_now_asks_first_and_tells_how_many_get_it(eddie: Client, assembled: Edition) -> None:
    make.readers(assembled.publication, 1250)
    page = words(eddie.get(f"/editions/{assembled.pk}/send/"))
    assert "Send it to 1,250 readers now?" in page
    assert "not approved" in page
    assembled.refresh_from_db()
    assert assembled.due_at > clock.now()


def test_sending_now_makes_it_due_and_no_more(eddie: Client, assembled: Edition) -> None:
    press(eddie, assembled, "approve", content_hash=assembled.content_hash)
    assert "It is due now" in press(eddie, assembled, "send-now")
    assert assembled.due_at <= clock.now()
    assert assembled.state == State.APPROVED


def test_what_is_over_cannot_be_sent(eddie: Client, assembled: Edition) -> None:
    press(eddie, assembled, "cancel", reason="No news.")
    assert "cannot be sent now" in words(eddie.get(f"/editions/{assembled.pk}/send/"))
    assert "cannot be changed" in press(eddie, assembled, "send-now")
