"""What a person says of an edition, and what the database itself refuses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import ALLOWED, NotPermitted, Permission
from newsletter.delivery.dispatches import confirm_installation
from newsletter.editions import reopen_edition
from newsletter.editions.models import TRANSITIONS, Edition, EditionState, FrozenLetter
from newsletter.letters import assemble_edition, compose_letters, edition_decisions, render_letter
from newsletter.letters.content.letter_content import LetterContent
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.mail.message import Letter
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication, TooFewStoriesPolicy
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
BEFORE = MONDAY - timedelta(hours=1)


def assembled() -> Edition:
    publication = make.publication()
    make.story(publication)
    return assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)


def edna() -> User:
    """Another editor than Eddie."""
    return make.person(Role.EDITOR, "Edna")


def approve_as_it_is(edition: Edition, *, by: User) -> Edition:
    content_hash = Edition.objects.get(pk=edition.pk).content_hash
    return edition_decisions.approve(edition, content_hash=content_hash, by=by, now=BEFORE)


def test_approval_is_of_one_letter_and_names_who_gave_it() -> None:
    edition = assembled()
    approved = edition_decisions.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=BEFORE)
    assert (approved.state, approved.approved_by) == (EditionState.APPROVED, make.eddie())
    assert (
        edition_decisions.approve(approved, content_hash=edition.content_hash, by=None, now=MONDAY).approved_at
        == BEFORE
    )


def test_a_letter_that_was_assembled_anew_cannot_be_approved_by_its_old_hash() -> None:
    with pytest.raises(edition_decisions.LetterChanged, match="Review it again"):
        edition_decisions.approve(assembled(), content_hash="0" * 64, by=make.eddie(), now=BEFORE)


def test_the_database_refuses_an_approved_edition_whose_letter_is_another() -> None:
    edition = assembled()
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(state=EditionState.APPROVED, approved_hash="0" * 64)


def test_the_database_refuses_two_editions_for_one_local_date() -> None:
    publication = make.publication()
    make.edition(publication)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.edition(publication)


def test_holding_and_cancelling_need_a_reason() -> None:
    for verb in (edition_decisions.hold, edition_decisions.cancel):
        with pytest.raises(BadInput, match="reason"):
            verb(assembled(), reason=" ", now=BEFORE)


def test_cancelling_gives_the_stories_back() -> None:
    edition = assembled()
    edition_decisions.cancel(edition, reason="fire", now=BEFORE)
    assert len(story_queue.queued_stories(edition.publication)) == 1
    assert not edition.placements.exists()


def test_an_edition_that_nobody_approved_in_time_is_held_and_says_so() -> None:
    edition = assembled()
    assert edition_decisions.hold_late(now=MONDAY + timedelta(minutes=179)) == []
    assert edition_decisions.hold_late(now=MONDAY + timedelta(minutes=181)) == [edition.pk]
    edition.refresh_from_db()
    assert edition.reason == "Not approved in time."


def test_releasing_an_edition_whose_time_has_passed_makes_it_due_now_and_asks_for_approval_anew() -> None:
    edition = assembled()
    late = MONDAY + timedelta(days=1)
    edition_decisions.hold_late(now=late)
    released = edition_decisions.release(edition, now=late)
    assert (released.state, released.due_at) == (EditionState.PLANNED, late)
    assert assemble_edition.assemble(edition.pk, now=late).state == EditionState.ASSEMBLED


def test_an_edition_that_cannot_be_held_does_not_keep_others_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = make.publication()
    broken = make.edition(publication, due_at=MONDAY)
    other = make.edition(publication, due_at=MONDAY, local_date=None)
    locked = Edition.objects.locked

    def fail(pk: int) -> Edition:
        if pk == broken.pk:
            raise DatabaseError("lock timeout")
        return locked(pk)

    monkeypatch.setattr(Edition.objects, "locked", fail)
    assert edition_decisions.hold_late(now=MONDAY + timedelta(days=1)) == [other.pk]
    other.refresh_from_db()
    assert other.state == EditionState.HELD


def test_sending_now_only_sets_the_time() -> None:
    edition = assembled()
    sent = edition_decisions.send_now(edition, now=BEFORE)
    assert (sent.state, sent.due_at) == (EditionState.ASSEMBLED, BEFORE)


def test_sending_now_does_not_break_an_embargo() -> None:
    publication = make.publication()
    make.story(publication, embargo_until=MONDAY - timedelta(minutes=1))
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    with pytest.raises(BadInput, match="embargo"):
        edition_decisions.send_now(edition, now=BEFORE)


def test_what_is_over_cannot_be_rescheduled() -> None:
    edition = assembled()
    edition_decisions.cancel(edition, reason="fire", now=BEFORE)
    with pytest.raises(InvalidState):
        edition_decisions.reschedule(edition, due_at=MONDAY, now=BEFORE)


@given(st.sampled_from(EditionState), st.sampled_from(EditionState))
def test_only_the_moves_in_the_table_are_possible(start: EditionState, to: EditionState) -> None:
    edition = Edition(state=start)
    if to in TRANSITIONS[start]:
        edition.move(to, reason="x")
        assert edition.state == to
    else:
        with pytest.raises(InvalidState):
            edition.move(to, reason="x")
        assert edition.state == start


def test_what_is_held_cannot_be_approved_or_taken_apart_without_being_released() -> None:
    edition = assembled()
    edition_decisions.hold(edition, reason="the lawyer called", now=BEFORE)
    with pytest.raises(InvalidState):
        edition_decisions.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=BEFORE)
    with pytest.raises(InvalidState):
        reopen_edition.reopen(edition)
    assert assemble_edition.refresh_stale() == []
    edition.refresh_from_db()
    assert edition.state == EditionState.HELD


def test_an_edition_that_could_not_be_assembled_in_time_is_held_and_says_so() -> None:
    edition = make.edition(make.publication())
    assert edition_decisions.hold_late(now=MONDAY + timedelta(minutes=181)) == [edition.pk]
    edition.refresh_from_db()
    assert edition.reason == "The email could not be built in time."


def approving_itself() -> Edition:
    publication = make.publication(auto_approve=True)
    make.story(publication)
    return make.edition(publication)


@pytest.mark.parametrize(
    "change",
    [
        {"sender_name": "Else"},
        {"sender_email": "else@example.com"},
        {"reply_to": "x@example.org"},
        {"fallback_name": "friend"},
        {"click_tracking": True},
    ],
)
def test_a_sender_that_nobody_saw_is_not_approved(change: dict[str, Any]) -> None:
    edition = assembled()
    edit_publication.update_publication(edition.publication, **change)
    assert assemble_edition.refresh_stale(now=BEFORE) == [edition.pk]
    again = assemble_edition.assemble(edition.pk, now=BEFORE)
    with pytest.raises(edition_decisions.LetterChanged):
        edition_decisions.approve(again, content_hash=edition.content_hash, by=make.eddie(), now=BEFORE)


def test_who_gets_the_letter_that_thanks_is_approved_with_it() -> None:
    hashes = set()
    for days in (7, 8):
        publication = make.publication()
        make.story(publication, url="https://post.example.org/bridge", headline="The bridge")
        make.appeal(publication, thanks_days=days)
        hashes.add(assemble_edition.assemble(make.edition(publication).pk, now=BEFORE).content_hash)
    assert len(hashes) == 2


def test_every_field_of_a_letter_is_approved_unless_readers_never_see_it() -> None:
    # the words of the appeal stand in the letter, and `is_for_segment` follows from the audience
    unseen = {"id", "edition", "appeal", "is_for_segment", "findings", "links", "created_at"}
    assert {field.name for field in FrozenLetter._meta.fields} == unseen | set(compose_letters.FINGERPRINTED)


@given(st.sampled_from(compose_letters.FINGERPRINTED), st.sampled_from(["html", "text"]))
def test_the_fingerprint_differs_with_every_field_and_not_with_the_order(field: str, other: str) -> None:
    def letters(**said: Any) -> list[FrozenLetter]:
        return [FrozenLetter(variant="default", **said), FrozenLetter(variant="thanks", html="x")]

    before = compose_letters.fingerprint(letters())
    assert compose_letters.fingerprint(reversed(letters())) == before
    changed = letters()
    setattr(changed[0], field, 1 if field in ("gave_within", "click_tracking") else "another")
    assert compose_letters.fingerprint(changed) != before
    assert compose_letters.fingerprint(letters(**{other: "a\0b"})) != compose_letters.fingerprint(
        letters(**{other: "a"})
    )


def test_what_a_person_held_needs_a_person_also_in_a_publication_that_approves_itself() -> None:
    edition = approving_itself()
    assert assemble_edition.assemble(edition.pk, now=BEFORE).state == EditionState.APPROVED
    edition_decisions.hold(edition, reason="wrong picture", now=BEFORE)
    released = edition_decisions.release(edition, now=BEFORE)
    assert not released.auto_approve
    again = assemble_edition.assemble(edition.pk, now=BEFORE)
    assert again.state == EditionState.ASSEMBLED
    with pytest.raises(InvalidState, match="approved by a person"):
        edition_decisions.approve(again, content_hash=again.content_hash, by=None, now=BEFORE)
    by_eddie = edition_decisions.approve(again, content_hash=again.content_hash, by=make.eddie(), now=BEFORE)
    assert by_eddie.state == EditionState.APPROVED
    story_queue.update(Story.objects.get(), headline="Another headline")
    assemble_edition.refresh_stale(now=BEFORE)
    assert (
        assemble_edition.assemble(edition.pk, now=BEFORE).state == EditionState.ASSEMBLED
    )  # what changed later needs one as well


def held_by_preflight(edition: Edition) -> None:
    Story.objects.update(url="http://10.0.0.7/article")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.LOCAL", False)
        assemble_edition.assemble(edition.pk, now=BEFORE)


def held_without_stories(edition: Edition) -> None:
    Publication.objects.update(on_empty=TooFewStoriesPolicy.HOLD, minimum_stories=2)
    assemble_edition.assemble(edition.pk, now=MONDAY)
    Publication.objects.update(minimum_stories=1)


def held_late(edition: Edition) -> None:
    edition_decisions.hold_late(now=MONDAY + timedelta(days=1))


def held_after_a_restore(edition: Edition) -> None:
    confirm_installation.confirm(name="", by="otto@example.org", now=MONDAY)


def taken_apart(edition: Edition) -> None:
    assemble_edition.assemble(edition.pk, now=BEFORE)
    reopen_edition.take_apart(edition, now=BEFORE)


@pytest.mark.parametrize(
    "stopped", [held_by_preflight, held_without_stories, held_late, held_after_a_restore, taken_apart]
)
def test_whatever_stopped_an_edition_its_publication_does_not_approve_it_by_itself(
    stopped: Callable[[Edition], None],
) -> None:
    edition = approving_itself()
    stopped(edition)
    Story.objects.update(url="https://post.example.org/article")
    if Edition.objects.get().state == EditionState.HELD:
        edition_decisions.release(edition, now=BEFORE)
    assert assemble_edition.assemble(edition.pk, now=BEFORE).state == EditionState.ASSEMBLED


def test_the_database_refuses_an_approval_by_rule_of_what_needs_a_person() -> None:
    edition = assemble_edition.assemble(approving_itself().pk, now=BEFORE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(needs_person=True)


def test_a_rule_that_a_publication_does_not_have_approves_nothing() -> None:
    edition = assembled()
    with pytest.raises(InvalidState, match="approved by a person"):
        edition_decisions.approve(edition, content_hash=edition.content_hash, by=None, now=BEFORE)


def approved() -> Edition:
    edition = assembled()
    return edition_decisions.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=BEFORE)


TUESDAY = MONDAY + timedelta(days=1)


def test_another_day_takes_no_approval_away_without_being_told_to() -> None:
    edition = approved()
    with pytest.raises(edition_decisions.ApprovalNeeded):
        edition_decisions.reschedule(edition, due_at=TUESDAY, now=BEFORE)
    edition.refresh_from_db()
    assert (edition.state, edition.due_at) == (EditionState.APPROVED, MONDAY)
    moved = edition_decisions.reschedule(edition, due_at=TUESDAY, now=BEFORE, approve_later=True)
    assert (moved.state, moved.due_at, moved.reason) == (EditionState.ASSEMBLED, TUESDAY, edition_decisions.NEW_TIME)


def test_another_day_keeps_the_stories_that_are_in_it() -> None:
    edition = approved()
    before = [placement.story_id for placement in edition.placements.all()]
    make.story(edition.publication, position=0)
    moved = edition_decisions.reschedule(edition, due_at=TUESDAY, now=BEFORE, approve_later=True)
    assert [placement.story_id for placement in moved.placements.all()] == before
    assert "November 24" in moved.letters.get().text


def test_the_letter_of_another_day_is_approved_with_the_same_word_by_the_hash_that_was_seen() -> None:
    edition = approved()
    then = compose_letters.compose_for(edition, due_at=TUESDAY, now=BEFORE)
    assert then
    with pytest.raises(edition_decisions.LetterChanged):
        edition_decisions.reschedule(edition, due_at=TUESDAY, now=BEFORE, seen=edition.content_hash, by=edna())
    moved = edition_decisions.reschedule(edition, due_at=TUESDAY, now=BEFORE, seen=then.content_hash, by=edna())
    assert (moved.state, moved.approved_hash, moved.approved_by) == (
        EditionState.APPROVED,
        then.content_hash,
        edna(),
    )
    assert compose_letters.fingerprint(moved.letters.all()) == then.content_hash
    assert not assemble_edition.is_stale(moved, now=BEFORE)


def test_another_day_in_a_publication_that_approves_itself_is_approved_by_its_rule_unless_a_person_is_needed() -> None:
    edition = assemble_edition.assemble(approving_itself().pk, now=BEFORE)
    moved = edition_decisions.reschedule(edition, due_at=TUESDAY, now=BEFORE)
    assert (moved.state, moved.approved_by) == (EditionState.APPROVED, None)
    edition_decisions.hold(moved, reason="wait", now=BEFORE)
    again = assemble_edition.assemble(edition_decisions.release(moved, now=BEFORE).pk, now=BEFORE)
    edition_decisions.approve(again, content_hash=again.content_hash, by=make.eddie(), now=BEFORE)
    with pytest.raises(edition_decisions.ApprovalNeeded):
        edition_decisions.reschedule(moved, due_at=MONDAY, now=BEFORE)


def test_a_letter_for_another_day_that_preflight_stops_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = approved()
    render = render_letter.render
    monkeypatch.setattr(render_letter, "render", lambda made: broken(render(made)))
    moved = edition_decisions.reschedule(edition, due_at=TUESDAY, now=BEFORE, approve_later=True)
    assert (moved.state, moved.needs_person) == (EditionState.HELD, True)


def broken(letter: Letter) -> Letter:
    return Letter(letter.subject, letter.text, letter.html.replace("/u/__nl_reader__", "/nowhere"))


def test_a_story_that_changes_while_the_letter_for_another_day_is_made_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    edition = approved()
    render = render_letter.render

    def interrupted(made: LetterContent) -> Letter:
        story_queue.update(Story.objects.get(), headline="Another headline")
        return render(made)

    monkeypatch.setattr(render_letter, "render", interrupted)
    with pytest.raises(edition_decisions.LetterChanged, match="Review it again"):
        edition_decisions.reschedule(edition, due_at=TUESDAY, now=BEFORE, approve_later=True)
    edition.refresh_from_db()
    assert (edition.state, edition.due_at) == (EditionState.APPROVED, MONDAY)


def test_a_story_that_expires_before_another_time_is_refused() -> None:
    edition = approved()
    Story.objects.update(expires_at=MONDAY + timedelta(minutes=10))
    with pytest.raises(BadInput, match="does not suit the stories"):
        edition_decisions.reschedule(edition, due_at=MONDAY + timedelta(minutes=50), now=BEFORE)


def test_approving_the_letter_of_before_when_an_approved_one_was_made_anew_is_refused() -> None:
    edition = approved()
    with pytest.raises(edition_decisions.LetterChanged):
        edition_decisions.approve(edition, content_hash="0" * 64, by=edna(), now=BEFORE)


@pytest.mark.parametrize("permitted", [Permission.APPROVE, Permission.SEND])
def test_approving_and_sending_are_two_permissions(monkeypatch: pytest.MonkeyPatch, permitted: Permission) -> None:
    monkeypatch.setitem(ALLOWED, Role.CURATOR, frozenset({permitted}))
    cora, edition = make.cora(), assembled()
    acts: dict[Permission, list[Callable[[], Edition]]] = {
        Permission.SEND: [
            lambda: edition_decisions.reschedule(edition, due_at=TUESDAY, now=BEFORE, by=cora, approve_later=True),
            lambda: edition_decisions.send_now(edition, now=BEFORE, by=cora, approve_later=True),
        ],
        Permission.APPROVE: [
            lambda: approve_as_it_is(edition, by=cora),
            lambda: edition_decisions.cancel(edition, reason="Rain", by=cora, now=BEFORE),
        ],
    }
    for needed, calls in acts.items():
        for call in calls:
            if needed == permitted:
                call()
            else:
                with pytest.raises(NotPermitted):
                    call()
