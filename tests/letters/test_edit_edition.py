"""Subject, preview text and note of an edition: what saving does is said before, and is what happens."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.accounts.models import Role
from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.delivery.dispatches import open_dispatch
from newsletter.editions.edition_texts import LIMITS, clean_texts
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, compose_letters, edit_edition, edition_decisions
from newsletter.letters.content import letter_content
from newsletter.letters.edit_edition import SaveEffect
from newsletter.letters.edition_decisions import ApprovalNeeded
from newsletter.letters.preflight import check_content
from newsletter.lib.errors import BadInput, InvalidState, VersionConflict
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
BEFORE = MONDAY - timedelta(hours=1)


@pytest.fixture
def publication() -> Publication:
    publication = make.publication()
    for headline in ("The ferry keeps its crossing", "Who owns the cannery?"):
        make.story(publication, headline=headline)
    return publication


def planned(publication: Publication) -> Edition:
    return make.edition(publication)


def assembled(publication: Publication) -> Edition:
    return assemble_edition.assemble(planned(publication).pk, now=BEFORE)


def approved(publication: Publication) -> Edition:
    edition = assembled(publication)
    return edition_decisions.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=BEFORE)


def edit(edition: Edition, *, announced: SaveEffect | None = None, by: Any = None, **texts: str) -> Edition:
    announced = announced or edit_edition.effect_of_saving(edition)
    return edit_edition.edit_texts(edition, texts, by=by or make.cora(), now=BEFORE, announced=announced)


def test_the_texts_of_a_planned_edition_are_in_the_email_that_is_built_later(publication: Publication) -> None:
    edition = planned(publication)
    assert edit_edition.effect_of_saving(edition) == SaveEffect.STORED
    edit(edition, subject="Ferry stays", preheader="By one vote", intro="Good morning.\n\nIt rains.")
    letter = assemble_edition.assemble(edition.pk, now=BEFORE).letters.get()
    assert letter.subject == "Ferry stays"
    assert "By one vote" in letter.html
    assert all(paragraph in letter.text for paragraph in ("Good morning.", "It rains."))


def test_a_built_email_is_rebuilt_from_the_same_stories(publication: Publication) -> None:
    edition = assembled(publication)
    before = list(edition.placements.values_list("story", "position"))
    assert edit_edition.effect_of_saving(edition) == SaveEffect.REBUILT
    changed = edit(edition, subject="Ferry stays")
    assert (changed.state, changed.letters.get().subject) == (EditionState.ASSEMBLED, "Ferry stays")
    assert changed.content_hash != edition.content_hash
    assert list(changed.placements.values_list("story", "position")) == before
    assert not assemble_edition.is_stale(changed, now=MONDAY), "the next periodic task must not take it apart"


def test_an_approval_covers_each_text(publication: Publication) -> None:
    hashes = {assembled(publication).content_hash}
    edition = Edition.objects.get()
    cora = make.cora()
    for texts in ({"subject": "Other"}, {"preheader": "Other"}, {"intro": "Other"}):
        hashes.add(edit_edition.edit_texts(edition, texts, by=cora, now=BEFORE).content_hash)
    assert len(hashes) == 4
    with pytest.raises(edition_decisions.LetterChanged):
        edition_decisions.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=BEFORE)


def test_an_approval_ends_only_when_that_was_said(publication: Publication) -> None:
    edition = approved(publication)
    assert edit_edition.effect_of_saving(edition) == SaveEffect.UNAPPROVED
    for effect in (SaveEffect.REBUILT, SaveEffect.STORED, SaveEffect.APPROVED_AGAIN):
        with pytest.raises(ApprovalNeeded):
            edit(edition, announced=effect, subject="Ferry stays")
    edition.refresh_from_db()
    assert (edition.state, edition.subject) == (EditionState.APPROVED, "")
    changed = edit(edition, announced=SaveEffect.UNAPPROVED, subject="Ferry stays")
    assert (changed.state, changed.approved_by, changed.approved_hash) == (EditionState.ASSEMBLED, None, "")
    assert changed.reason == edit_edition.NEW_TEXTS


def test_an_approval_stays_when_readers_see_the_same(publication: Publication) -> None:
    edition = approved(publication)
    same = edit(edition, announced=SaveEffect.REBUILT, subject="The ferry keeps its crossing")
    assert (same.state, same.subject) == (EditionState.APPROVED, "The ferry keeps its crossing")


def test_with_automatic_approval_the_new_email_is_approved_as_said(publication: Publication) -> None:
    Publication.objects.update(auto_approve=True)
    edition = assembled(publication)
    assert edit_edition.effect_of_saving(edition) == SaveEffect.APPROVED_AGAIN
    changed = edit(edition, subject="Ferry stays")
    assert (changed.state, changed.approved_by) == (EditionState.APPROVED, None)
    assert changed.approved_hash == changed.content_hash != edition.content_hash


def test_with_automatic_approval_a_text_that_a_person_must_judge_ends_no_approval_unsaid(
    publication: Publication,
) -> None:
    Publication.objects.update(auto_approve=True)
    edition = assembled(publication)
    for subject in ("Ferry TK", "Ferry {{ name }}"):
        with pytest.raises(ApprovalNeeded):
            edit(edition, announced=SaveEffect.APPROVED_AGAIN, subject=subject)
    edition.refresh_from_db()
    assert (edition.state, edition.subject) == (EditionState.APPROVED, "")
    composed = edit_edition.compose_with(edition, {"subject": "Ferry TK"}, now=BEFORE)
    assert edit_edition.effect_of_saving(edition, composed) == SaveEffect.UNAPPROVED
    changed = edit(edition, announced=SaveEffect.UNAPPROVED, subject="Ferry TK")
    assert changed.state == EditionState.ASSEMBLED
    assert edit_edition.effect_of_saving(changed) == SaveEffect.REBUILT


def test_what_a_person_accepted_stays_approved_until_that_is_said_also_with_automatic_approval(
    publication: Publication,
) -> None:
    Publication.objects.update(auto_approve=True)
    edition = edit(assembled(publication), announced=SaveEffect.UNAPPROVED, subject="How to use TK")
    edition = edition_decisions.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=BEFORE)
    assert edit_edition.effect_of_saving(edition) == SaveEffect.UNAPPROVED
    with pytest.raises(ApprovalNeeded):
        edit(edition, announced=SaveEffect.APPROVED_AGAIN, intro="Good morning.")
    with pytest.raises(ApprovalNeeded):
        edition_decisions.reschedule(edition, due_at=MONDAY + timedelta(days=1), now=BEFORE)
    edition.refresh_from_db()
    assert edition.approved_by == make.eddie()


def test_a_held_edition_keeps_the_texts_for_when_it_is_released(publication: Publication) -> None:
    edition = edition_decisions.hold(assembled(publication), reason="A name is wrong.", now=BEFORE)
    edit(edition, subject="Ferry stays")
    released = edition_decisions.release(edition, by=make.eddie(), now=BEFORE)
    assert assemble_edition.assemble(released.pk, now=BEFORE).letters.get().subject == "Ferry stays"


def test_what_is_being_sent_is_closed(publication: Publication) -> None:
    edition = approved(publication)
    make.readers(publication, 2)
    open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    edition.refresh_from_db()
    assert edit_edition.effect_of_saving(edition) == SaveEffect.CLOSED
    with pytest.raises(InvalidState, match="can no longer be changed"):
        edit(edition, subject="Too late")
    cancelled = edition_decisions.cancel(make.edition(publication, local_date=None), reason="Fire.", now=BEFORE)
    with pytest.raises(InvalidState, match="can no longer be changed"):
        edit(cancelled, subject="Too late")


def test_a_text_that_somebody_else_changed_is_not_overwritten_and_another_one_is_kept(publication: Publication) -> None:
    edition = planned(publication)
    seen = {"subject": "", "preheader": "", "intro": ""}
    edit_edition.edit_texts(edition, {"subject": "Ana’s"}, by=make.cora(), now=BEFORE, seen=seen)
    with pytest.raises(VersionConflict):
        edit_edition.edit_texts(edition, {"subject": "Ben’s"}, by=make.eddie(), now=BEFORE, seen=seen)
    saved = edit_edition.edit_texts(edition, {"intro": "Ben’s note"}, by=make.eddie(), now=BEFORE, seen=seen)
    assert (saved.subject, saved.intro) == ("Ana’s", "Ben’s note")


def test_texts_that_preflight_stops_are_refused_and_change_nothing(publication: Publication) -> None:
    edition = approved(publication)
    Publication.objects.update(postal_address="")
    with pytest.raises(BadInput, match="postal address"):
        edit(edition, subject="Hello")
    edition.refresh_from_db()
    assert (edition.state, edition.subject) == (EditionState.APPROVED, "")


def test_a_text_saved_while_the_email_is_being_built_is_not_lost(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition, compose = planned(publication), compose_letters.compose

    def slow(*given: Any, **more: Any) -> Any:
        made = compose(*given, **more)
        monkeypatch.undo()
        edit(edition, subject="Ferry stays")
        return made

    monkeypatch.setattr(compose_letters, "compose", slow)
    assert assemble_edition.assemble(edition.pk, now=BEFORE).state == EditionState.PLANNED
    assert assemble_edition.assemble(edition.pk, now=BEFORE).letters.get().subject == "Ferry stays"


def test_each_change_is_recorded_once_with_both_texts(publication: Publication) -> None:
    edition = planned(publication)
    edit(edition, subject="Ferry stays", intro="")
    edit(edition, subject="Ferry stays")
    record = Record.objects.get(act=Act.EDITION_EDITED)
    assert (record.who, record.details) == ("cora@example.org", {"subject_line": "(empty) → Ferry stays"})


@pytest.mark.parametrize("role", [Role.OPS])
def test_who_may_not_curate_may_not_edit(publication: Publication, role: Role) -> None:
    with pytest.raises(NotPermitted):
        edit(planned(publication), by=make.person(role, "Otto"), subject="No")


def test_what_readers_see_when_a_line_is_empty_is_what_they_get(publication: Publication) -> None:
    edition = planned(publication)
    contents = edit_edition.shown_contents(edition, {"subject": "Own", "preheader": "Own"}, now=BEFORE)
    assert contents.subject == "Own"
    assert edit_edition.line_defaults(contents) == (
        "The ferry keeps its crossing",
        "The ferry keeps its crossing · Who owns the cannery?",
    )
    empty = edit_edition.shown_contents(edition, {"subject": "", "preheader": ""}, now=BEFORE)
    assert edit_edition.line_defaults(empty) == (empty.subject, empty.preheader)
    letter = assemble_edition.assemble(edition.pk, now=BEFORE).letters.get()
    assert letter.subject == empty.subject
    assert empty.preheader in letter.html


def test_the_counters_warn_where_preflight_warns() -> None:
    assert LIMITS["subject"].shown == check_content.MAX_SUBJECT_CHARACTERS
    assert LIMITS["preheader"].longest == letter_content.MAX_PREHEADER_CHARACTERS
    for name, limit in LIMITS.items():
        assert Edition._meta.get_field(name).max_length == limit.longest  # type: ignore[union-attr]  # no relation


@given(st.text(max_size=80))
def test_cleaning_twice_is_cleaning_once_whatever_was_typed(text: str) -> None:
    once = clean_texts({"subject": text, "preheader": text, "intro": f"{text}\n\n{text}"})
    assert clean_texts(once) == once
    assert "__nl_" not in "".join(once.values())


@pytest.mark.parametrize(
    ("texts", "field"),
    [({"subject": "x" * 201}, "subject"), ({"preheader": "x" * 141}, "preview text"), ({"intro": "x" * 2001}, "note")],
)
def test_a_text_that_is_too_long_is_refused_by_its_name(texts: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        clean_texts(texts)
    assert refused.value.field == field
    with pytest.raises(BadInput):
        clean_texts({"colour": "red"})
