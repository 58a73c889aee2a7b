"""Approval by two people: one submits the email for review, another approves it."""

from datetime import timedelta

import pytest

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edit_edition, edition_decisions, second_person
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from tests.support import factories as make

pytestmark = pytest.mark.django_db
NOW = make.MONDAY - timedelta(minutes=40)


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication()


@pytest.fixture
def edition(publication: Publication) -> Edition:
    Publication.objects.update(two_people=True)
    make.story(publication)
    return assemble_edition.assemble(make.edition(publication).pk, now=NOW)


def submit(edition: Edition, by: User) -> Edition:
    return second_person.submit_for_review(edition, content_hash=edition.content_hash, by=by, now=NOW)


def approve(edition: Edition, by: User) -> Edition:
    return edition_decisions.approve(edition, content_hash=edition.content_hash, by=by, now=NOW)


def test_nobody_approves_what_is_not_submitted(edition: Edition) -> None:
    with pytest.raises(InvalidState, match="somebody submits it"):
        approve(edition, make.eddie())


def test_who_submits_does_not_approve_and_somebody_else_does(edition: Edition) -> None:
    submit(edition, make.eddie())
    with pytest.raises(InvalidState, match="another person"):
        approve(edition, make.eddie())
    other = make.person(Role.EDITOR, "Edna")
    assert approve(edition, other).approved_by == other


def test_a_curator_submits_and_an_editor_approves(edition: Edition) -> None:
    submit(edition, make.cora())
    assert approve(edition, make.eddie()).state == EditionState.APPROVED


def test_a_submission_is_of_one_email(edition: Edition) -> None:
    submit(edition, make.cora())
    edit_edition.edit_texts(edition, {"subject": "Another"}, by=make.cora(), now=NOW, seen={"subject": ""})
    edition.refresh_from_db()
    assert not edition.is_submitted
    with pytest.raises(InvalidState, match="somebody submits it"):
        approve(edition, make.eddie())
    with pytest.raises(InvalidState, match="rebuilt"):
        second_person.submit_for_review(edition, content_hash="0" * 64, by=make.cora(), now=NOW)


def test_sending_now_does_not_go_round_the_second_person(edition: Edition) -> None:
    with pytest.raises(InvalidState, match="somebody submits it"):
        edition_decisions.send_now(edition, now=make.MONDAY, seen=edition.content_hash, by=make.eddie())
    edition.refresh_from_db()
    assert (edition.state, edition.due_at) == (EditionState.ASSEMBLED, make.MONDAY)


def test_submitting_twice_is_submitting_once(edition: Edition) -> None:
    submit(edition, make.cora())
    again = submit(edition, make.eddie())
    assert again.submitted_by == make.cora()
    assert Record.objects.filter(act=Act.EDITION_SUBMITTED).count() == 1


def test_only_people_of_the_desk_submit(edition: Edition) -> None:
    with pytest.raises(NotPermitted):
        submit(edition, make.otto())


@pytest.mark.parametrize("state", sorted(set(EditionState) - {EditionState.ASSEMBLED}))
def test_only_an_email_that_waits_is_submitted(edition: Edition, state: str) -> None:
    Edition.objects.update(state=state, reason="why", approved_hash=edition.content_hash, approved_by=make.eddie())
    with pytest.raises(InvalidState, match="nothing to review"):
        submit(edition, make.cora())


def test_without_the_setting_one_person_is_enough(edition: Edition) -> None:
    Publication.objects.update(two_people=False)
    assert approve(edition, make.eddie()).state == EditionState.APPROVED


def test_two_people_and_automatic_approval_contradict_each_other(publication: Publication) -> None:
    with pytest.raises(BadInput, match="contradicts automatic approval"):
        edit_publication.update_publication(publication, two_people=True, auto_approve=True)
