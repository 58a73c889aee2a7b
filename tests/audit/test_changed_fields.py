"""Every change of a publication or an appeal leaves a record of what changed, from pages and command line alike."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.giving import edit_appeal
from newsletter.giving.models import Appeal
from newsletter.lib.errors import BadInput
from newsletter.publications import edit_publication, upload_logos
from newsletter.publications.models import Publication
from tests.support import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make.person(Role.ADMIN, "Ada")


@pytest.fixture
def publication() -> Publication:
    return make.publication(slug="morning")


def latest() -> Record:
    found = Record.objects.first()
    assert found
    return found


def test_a_changed_schedule_is_recorded_with_the_value_before_and_after(ada: User, publication: Publication) -> None:
    edit_publication.update_publication(publication, by=ada, send_time=time(6, 30), auto_approve=True, tagline="")
    record = latest()
    assert (record.act, record.subject_id, record.who) == (Act.PUBLICATION_CHANGED, publication.pk, "ada@example.org")
    assert record.details == {"send_time": "07:00 → 06:30", "auto_approve": "no → yes"}


def test_no_record_of_a_save_that_changes_nothing(ada: User, publication: Publication) -> None:
    appeal = make.appeal(publication)
    edit_publication.update_publication(publication, by=ada, send_time=time(7))
    edit_appeal.update_appeal(appeal, by=ada, heading=appeal.heading)
    edit_appeal.retire(edit_appeal.retire(appeal, by=ada), by=ada)
    assert list(Record.objects.values_list("details", flat=True)) == [{"is_active": "yes → no"}]


def test_a_new_publication_and_a_new_appeal_are_recorded(ada: User) -> None:
    publication = edit_publication.create_publication(
        slug="evening",
        name="The Evening Post",
        sender_name="The Evening Post",
        sender_email="post@example.org",
        postal_address="1 Main Street",
        starts_on=date(2026, 12, 1),
        send_time=time(17),
        by=ada,
    )
    assert (latest().act, latest().subject_name) == (Act.PUBLICATION_ADDED, "The Evening Post")
    edit_appeal.create_appeal(publication, name="Winter", heading="Give", button="Give", url="https://a.org", by=ada)
    assert (latest().act, latest().details) == (Act.APPEAL_ADDED, {"publication": "evening", "active": True})


def test_long_texts_lists_and_addresses_are_recorded_short_and_without_an_address(
    ada: User, publication: Publication
) -> None:
    appeal = make.appeal(publication, points=[])
    edit_appeal.update_appeal(appeal, by=ada, lead="word " * 119, points=["one", "two"], starts_on=date(2026, 12, 1))
    details = latest().details
    assert len(details["lead"]) < 300
    assert details["points"] == "(empty) → one, two"
    assert details["starts_on"] == "(empty) → 2026-12-01"
    edit_publication.update_publication(publication, by=ada, reply_to="desk@example.org")
    assert latest().details == {"reply_to": "(empty) → [address]"}


def test_what_was_refused_is_neither_stored_nor_recorded(ada: User, publication: Publication) -> None:
    with pytest.raises(BadInput):
        edit_publication.update_publication(publication, by=ada, minimum_stories=5, maximum_stories=2)
    assert not Record.objects.exists()


def acts(publication: Publication, appeal: Appeal) -> list[Callable[[Any], Any]]:
    return [
        lambda by: edit_publication.update_publication(publication, by=by, send_time=time(5)),
        lambda by: edit_publication.create_publication(
            slug="new",
            name="New",
            sender_name="New",
            sender_email="new@example.org",
            postal_address="1 Main Street",
            starts_on=date(2026, 12, 1),
            send_time=time(5),
            by=by,
        ),
        lambda by: edit_appeal.create_appeal(
            publication, name="New", heading="Give", button="Give", url="https://a.org", by=by
        ),
        lambda by: edit_appeal.update_appeal(appeal, by=by, heading="Other"),
        lambda by: edit_appeal.retire(appeal, by=by),
        lambda by: edit_appeal.activate(appeal, by=by),
        lambda by: upload_logos.hand_over(publication, width=99, by=by),
    ]


@pytest.mark.parametrize(("role", "refused"), [(Role.CURATOR, 7), (Role.OPS, 7), (Role.EDITOR, 2), (Role.ADMIN, 0)])
def test_each_act_itself_checks_who_does_it(publication: Publication, role: Role, refused: int) -> None:
    by, count = make.person(role, role.value), 0
    for act in acts(publication, make.appeal(publication)):
        try:
            act(by)
        except NotPermitted:
            count += 1
    assert count == refused
    assert not Record.objects.exclude(user=by).exists()
    assert Record.objects.exists() == (refused < 7)


def test_a_closed_account_may_do_nothing_even_as_administrator(ada: User, publication: Publication) -> None:
    ada.is_active = False
    with pytest.raises(NotPermitted, match="does not permit"):
        edit_publication.update_publication(publication, by=ada, send_time=time(5))
