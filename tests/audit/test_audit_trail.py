"""An audit record: who, what, to which thing, when, from where; added and never changed."""

from datetime import timedelta

import pytest
from django.db import transaction

from newsletter.accounts import manage_users
from newsletter.accounts.models import Role, User
from newsletter.audit import audit_trail, search_records
from newsletter.audit.acts import Act, Door
from newsletter.audit.models import Record
from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Batch, Installation
from newsletter.delivery.pause_models import SendingPause
from newsletter.editions.comment_models import Comment, CommentThread
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.lib.errors import InvalidState
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


def test_a_record_says_who_what_which_when_and_from_where() -> None:
    eddie, edition = make.eddie(), make.edition(make.publication())
    with audit_trail.acting_from(Door.PAGE, "192.0.2.1"):
        edition_decisions.hold(edition, reason="A wrong name.", by=eddie, now=MONDAY)
    record = Record.objects.get()
    assert (record.user_id, record.who, record.act) == (eddie.pk, "eddie@example.org", Act.EDITION_HELD)
    assert (record.subject, record.subject_id, record.subject_name) == ("edition", edition.pk, f"edition {edition.pk}")
    assert (record.at, record.door, record.place) == (MONDAY, Door.PAGE, "192.0.2.1")
    assert record.details == {"reason": "A wrong name."}


def test_what_the_service_does_by_itself_is_recorded_too() -> None:
    make.edition(make.publication(), due_at=MONDAY - timedelta(days=1))
    edition_decisions.hold_late(now=MONDAY)
    record = Record.objects.get()
    assert (record.act, record.user_id, record.who, record.door) == (Act.EDITION_HELD, None, "", Door.SYSTEM)


@pytest.mark.parametrize(("on_empty", "act"), [("hold", Act.EDITION_HELD), ("skip", Act.EDITION_CANCELLED)])
def test_an_edition_without_stories_is_recorded_as_what_becomes_of_it(on_empty: str, act: Act) -> None:
    edition = make.edition(make.publication(on_empty=on_empty))
    assemble_edition.assemble(edition.pk, now=MONDAY)
    edition.refresh_from_db()
    record = Record.objects.get()
    assert (record.act, record.subject_id, record.details) == (act, edition.pk, {"reason": edition.reason})


def test_an_act_that_fails_leaves_no_record_and_a_record_that_fails_undoes_the_act(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    edition = make.edition(make.publication())
    with pytest.raises(InvalidState):
        edition_decisions.release(edition, by=make.eddie(), now=MONDAY)
    assert not Record.objects.exists()
    monkeypatch.setattr(Record.objects.__class__, "create", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        edition_decisions.hold(edition, reason="A wrong name.", by=make.eddie(), now=MONDAY)
    assert Edition.objects.get().state == EditionState.PLANNED


def test_no_address_that_somebody_types_as_a_reason_is_kept() -> None:
    reason = "Rita <rita@readers.example> complained; so did rita+news@readers.example."
    edition_decisions.hold(make.edition(make.publication()), reason=reason, by=make.eddie(), now=MONDAY)
    assert Record.objects.get().details["reason"] == "Rita <[address]> complained; so did [address]"


def test_a_reader_is_known_by_number_and_a_person_who_works_here_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = make.rita(make.publication())
    monkeypatch.setattr(type(reader), "__str__", lambda self: self.email)
    assert audit_trail.record(make.eddie(), Act.EDITION_HELD, reader).subject_name == "[address]"
    assert audit_trail.record(make.eddie(), Act.USER_CLOSED, make.cora()).subject_name == "Cora"


def test_records_cannot_be_changed_or_deleted() -> None:
    record = audit_trail.record(make.eddie(), Act.SIGNED_IN)
    with pytest.raises(InvalidState):
        record.save()
    with pytest.raises(InvalidState):
        record.delete()
    with pytest.raises(InvalidState):
        Record.objects.update(who="")
    with pytest.raises(InvalidState):
        Record.objects.all().delete()
    with pytest.raises(InvalidState):
        Record.objects.bulk_update([record], ["who"])


def test_a_closed_account_and_a_new_role_are_recorded_once() -> None:
    ada, cora = make.person(Role.ADMIN, "Ada"), make.cora()
    for _ in range(2):
        manage_users.close_account(cora, by=ada, now=MONDAY)
    for _ in range(2):
        manage_users.reopen_account(cora, by=ada, now=MONDAY)
    for _ in range(2):
        manage_users.change_role(cora, role=Role.EDITOR, by=ada, now=MONDAY)
    rows = list(Record.objects.order_by("pk"))
    assert [row.act for row in rows] == [Act.USER_CLOSED, Act.USER_REOPENED, Act.ROLE_CHANGED]
    assert {(row.subject, row.subject_id, row.who) for row in rows} == {("user", cora.pk, "ada@example.org")}
    assert rows[-1].details == {"before": "curator", "after": "editor"}


def test_the_acts_of_a_person_are_found_by_their_address_as_they_type_it() -> None:
    ida = User.objects.create_user("ida@münchen.example", None, name="Ida", role=Role.EDITOR)
    done = audit_trail.record(ida, Act.SIGNED_IN, now=MONDAY)
    assert list(search_records.search(who=" Ida@München.example")) == [done]


def test_records_are_found_by_who_what_which_and_when() -> None:
    eddie, edition = make.eddie(), make.edition(make.publication())
    first = audit_trail.record(eddie, Act.EDITION_HELD, edition, now=MONDAY)
    second = audit_trail.record(None, Act.SIGN_IN_FAILED, now=MONDAY + timedelta(hours=1))
    assert list(search_records.search()) == [second, first]
    assert list(search_records.search(who=" Eddie@example.org ")) == [first]
    assert list(search_records.search(acts=[Act.SIGN_IN_FAILED, Act.SIGNED_IN])) == [second]
    assert list(search_records.search(subject="edition", subject_id=edition.pk)) == [first]
    assert list(search_records.search(subject="edition", subject_id=edition.pk + 1)) == []
    assert list(search_records.search(since=second.at)) == [second]
    assert list(search_records.search(until=second.at)) == [first]


def test_a_record_names_the_publication_of_its_subject_over_its_relations() -> None:
    publication = make.publication()
    edition = make.approved_edition(publication)
    dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert dispatch
    batch = Batch(dispatch=dispatch)
    thread = CommentThread(publication=publication, edition=edition)
    subjects = [publication, edition, dispatch, batch, Comment(thread=thread), SendingPause(publication=publication)]
    for subject in (*subjects, make.story(publication), make.appeal(publication), StoryCorrection(edition=edition)):
        assert audit_trail.publication_of(subject) == publication.pk, subject
    for nothing in (None, make.cora(), make.rita(publication), SendingPause(), Installation()):
        assert audit_trail.publication_of(nothing) is None, nothing
    mine = audit_trail.record_in(publication, make.eddie(), Act.SIGNED_IN, make.cora())
    audit_trail.record(make.eddie(), Act.EDITION_HELD, make.edition(make.publication()))
    found = search_records.search(publications=[publication.pk], acts=[Act.SIGNED_IN, Act.EDITION_HELD])
    assert list(found) == [mine]


def test_every_act_fits_into_its_column() -> None:
    assert max(map(len, Act.values)) <= (Record._meta.get_field("act").max_length or 0)
