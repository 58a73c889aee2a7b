"""The editions of a publication, and the page of one."""

from datetime import timedelta

import pytest
from django.test import Client

from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import words


@pytest.fixture
def edition(publication: Publication) -> Edition:
    """One that leaves tomorrow, with a story and an appeal waiting."""
    make.story(publication)
    make.appeal(publication, name="Autumn")
    return make.edition(publication, due_at=clock.now() + timedelta(days=1))


@pytest.fixture
def assembled(edition: Edition) -> Edition:
    return assemble_edition.assemble(edition.pk, now=clock.now())


def test_a_planned_edition_shows_what_it_would_be(cora: Client, edition: Edition) -> None:
    page = words(cora.get(f"/editions/{edition.pk}/"))
    assert "Planned" in page
    assert "Next stories" in page
    assert "Nothing is final yet" in page


def test_an_assembled_edition_shows_its_letter_stories_appeal_and_preflight(cora: Client, assembled: Edition) -> None:
    page = words(cora.get(f"/editions/{assembled.pk}/"))
    for part in (
        "Waiting for approval",
        "Stories in this edition",
        "Appeal: Autumn",
        "Preflight",
        "An editor has to approve this email.",
    ):
        assert part in page
    assert "__nl_" not in page


@pytest.mark.parametrize("look", ["desktop", "phone", "text", "nonsense"])
def test_the_letter_is_shown_as_asked(cora: Client, assembled: Edition, look: str) -> None:
    page = cora.get(f"/editions/{assembled.pk}/", {"look": look, "dark": "1"}).content.decode()
    assert ("<pre" in page) == (look == "text")
    if look != "text":
        assert f'<iframe class="{"phone" if look == "phone" else "desktop"}"' in page
        assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
        assert f'src="/editions/{assembled.pk}/letter/?dark=1"' in page


def test_without_stories_there_is_no_letter_and_a_way_on(cora: Client, publication: Publication) -> None:
    edition = make.edition(publication)
    assert "No email to show" in words(cora.get(f"/editions/{edition.pk}/"))
    assert "No email to show" in words(cora.get(f"/editions/{edition.pk}/letter/"))


def test_a_cancelled_edition_does_not_show_what_it_never_was(cora: Client, publication: Publication) -> None:
    make.story(publication)
    edition = make.edition(publication, state=EditionState.CANCELLED, reason="Skipped.")
    for path in (f"/editions/{edition.pk}/", f"/editions/{edition.pk}/letter/"):
        assert "cancelled before its email was built" in words(cora.get(path))


BUTTONS = {
    EditionState.PLANNED: {"assemble", "send", "reschedule", "hold", "cancel"},
    EditionState.ASSEMBLED: {"approve", "send", "reschedule", "hold", "cancel", "reopen"},
    EditionState.APPROVED: {"send", "reschedule", "stop", "cancel", "reopen"},
    EditionState.HELD: {"release", "cancel"},
    EditionState.CANCELLED: set(),
    EditionState.DISPATCHING: set(),
    EditionState.DISPATCHED: set(),
}


def in_state(edition: Edition, state: EditionState) -> None:
    assembled = assemble_edition.assemble(edition.pk, now=clock.now()) if state != EditionState.PLANNED else edition
    approved = assembled.content_hash if state not in (EditionState.PLANNED, EditionState.ASSEMBLED) else ""
    Edition.objects.filter(pk=edition.pk).update(state=state, reason="Because.", approved_hash=approved)


@pytest.mark.parametrize("state", EditionState)
def test_the_buttons_are_those_that_role_and_state_permit(
    cora: Client, eddie: Client, edition: Edition, state: EditionState
) -> None:
    in_state(edition, state)
    names = {"assemble", "approve", "send", "reschedule", "hold", "cancel", "reopen", "release", "stop"}

    def offered(client: Client) -> set[str]:
        page = client.get(f"/editions/{edition.pk}/").content.decode()
        return {name for name in names if f'"/editions/{edition.pk}/{name}/"' in page}

    assert offered(eddie) == BUTTONS[state]
    assert offered(cora) == set()


def test_the_list_shows_every_edition_with_its_state(cora: Client, publication: Publication) -> None:
    states = [(EditionState.PLANNED, ""), (EditionState.HELD, "Lawyers."), (EditionState.CANCELLED, "Skipped.")]
    for number, (state, reason) in enumerate(states, start=1):
        make.edition(publication, due_at=clock.now() + timedelta(days=number), state=state, reason=reason)
    page = words(cora.get("/desk/morning/editions/"))
    for part in ("Planned", "Held", "Lawyers.", "Cancelled", "Skipped."):
        assert part in page


def test_an_empty_list_says_what_comes(cora: Client, publication: Publication) -> None:
    assert "No editions yet" in words(cora.get("/desk/morning/editions/"))


def test_a_long_list_is_parted_into_pages(cora: Client, publication: Publication) -> None:
    for number in range(26):
        make.edition(publication, due_at=clock.now() - timedelta(days=number))
    first, second = (words(cora.get("/desk/morning/editions/", {"page": n})) for n in (1, 2))
    assert ("Older" in first, "Newer" in first) == (True, False)
    assert ("Older" in second, "Newer" in second) == (False, True)
    assert cora.get("/desk/morning/editions/", {"page": "9" * 5000}).status_code == 200


def test_the_letter_that_thanks_is_shown_beside_the_one_that_asks(cora: Client, edition: Edition) -> None:
    for _ in ("planned", "assembled"):
        page = cora.get(f"/editions/{edition.pk}/", {"look": "text", "thanks": "1", "dark": "1"}).content.decode()
        assert "Thank you for your gift" in page
        assert 'id="letter-thanks" aria-current="true"' in page
        assert 'href="?look=text&amp;dark=1" hx-get' in page
        assert "Readers pay for this" in cora.get(f"/editions/{edition.pk}/", {"look": "text"}).content.decode()
        framed = cora.get(f"/editions/{edition.pk}/letter/", {"thanks": "1"}).content.decode()
        assert "Thank you for your gift" in framed
        assemble_edition.assemble(edition.pk, now=clock.now())


def test_where_nobody_is_thanked_there_is_nothing_to_choose(cora: Client, publication: Publication) -> None:
    make.story(publication)
    edition = make.edition(publication)
    assert "letter-thanks" not in cora.get(f"/editions/{edition.pk}/").content.decode()
    assert "no thank-you version" in words(cora.get(f"/editions/{edition.pk}/", {"thanks": "1"}))


def test_a_publication_that_approves_itself_says_so_before_it_is_assembled(
    eddie: Client, publication: Publication
) -> None:
    make.story(publication)
    edition = make.edition(publication, due_at=clock.now() + timedelta(days=1))
    words_before = words(eddie.get(f"/editions/{edition.pk}/"))
    assert "Automatic approval is on" not in words_before
    publication.auto_approve = True
    publication.save()
    assert "Automatic approval is on: once the email is built, it is sent tomorrow" in words(
        eddie.get(f"/editions/{edition.pk}/")
    )
