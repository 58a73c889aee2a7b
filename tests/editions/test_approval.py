"""What a person says of an edition, and what the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions import approval, assembly, reopening
from newsletter.editions.models import MOVES, Edition, State
from newsletter.lib.errors import BadInput, NotAllowed
from newsletter.stories import queue
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
BEFORE = MONDAY - timedelta(hours=1)


def assembled() -> Edition:
    publication = make.publication()
    make.story(publication)
    return assembly.assemble(make.edition(publication).pk, now=BEFORE)


def test_approval_is_of_one_letter_and_names_who_gave_it() -> None:
    edition = assembled()
    approved = approval.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=BEFORE)
    assert (approved.state, approved.approved_by) == (State.APPROVED, make.eddie())
    assert approval.approve(approved, content_hash=edition.content_hash, by=None, now=MONDAY).approved_at == BEFORE


def test_a_letter_that_was_assembled_anew_cannot_be_approved_by_its_old_hash() -> None:
    with pytest.raises(approval.ChangedSince, match="Look again"):
        approval.approve(assembled(), content_hash="0" * 64, by=make.eddie(), now=BEFORE)


def test_the_database_refuses_an_approved_edition_whose_letter_is_another() -> None:
    edition = assembled()
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(state=State.APPROVED, approved_hash="0" * 64)


def test_the_database_refuses_two_editions_for_one_local_date() -> None:
    publication = make.publication()
    make.edition(publication)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.edition(publication)


def test_holding_and_cancelling_need_a_reason() -> None:
    for verb in (approval.hold, approval.cancel):
        with pytest.raises(BadInput, match="reason"):
            verb(assembled(), reason=" ", now=BEFORE)


def test_cancelling_gives_the_stories_back() -> None:
    edition = assembled()
    approval.cancel(edition, reason="fire", now=BEFORE)
    assert len(queue.waiting(edition.publication)) == 1
    assert not edition.placements.exists()


def test_an_edition_that_nobody_approved_in_time_is_held_and_says_so() -> None:
    edition = assembled()
    assert approval.hold_late(now=MONDAY + timedelta(minutes=179)) == []
    assert approval.hold_late(now=MONDAY + timedelta(minutes=181)) == [edition.pk]
    edition.refresh_from_db()
    assert edition.reason == "Nobody approved it in time."


def test_releasing_an_edition_whose_time_has_passed_makes_it_due_now_and_asks_for_approval_anew() -> None:
    edition = assembled()
    late = MONDAY + timedelta(days=1)
    approval.hold_late(now=late)
    released = approval.release(edition, now=late)
    assert (released.state, released.due_at) == (State.PLANNED, late)
    assert assembly.assemble(edition.pk, now=late).state == State.ASSEMBLED


def test_sending_now_only_sets_the_time() -> None:
    edition = assembled()
    sent = approval.send_now(edition, now=BEFORE)
    assert (sent.state, sent.due_at) == (State.ASSEMBLED, BEFORE)


def test_sending_now_does_not_break_an_embargo() -> None:
    publication = make.publication()
    make.story(publication, embargo_until=MONDAY - timedelta(minutes=1))
    edition = assembly.assemble(make.edition(publication).pk, now=BEFORE)
    with pytest.raises(BadInput, match="embargo"):
        approval.send_now(edition, now=BEFORE)


def test_what_is_over_cannot_be_rescheduled() -> None:
    edition = assembled()
    approval.cancel(edition, reason="fire", now=BEFORE)
    with pytest.raises(NotAllowed):
        approval.reschedule(edition, due_at=MONDAY, now=BEFORE)


@given(st.sampled_from(State), st.sampled_from(State))
def test_only_the_moves_in_the_table_are_possible(start: State, to: State) -> None:
    edition = Edition(state=start)
    if to in MOVES[start]:
        edition.move(to, reason="x")
        assert edition.state == to
    else:
        with pytest.raises(NotAllowed):
            edition.move(to, reason="x")
        assert edition.state == start


def test_what_is_held_cannot_be_approved_or_taken_apart_without_being_released() -> None:
    edition = assembled()
    approval.hold(edition, reason="the lawyer called", now=BEFORE)
    with pytest.raises(NotAllowed):
        approval.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=BEFORE)
    with pytest.raises(NotAllowed):
        reopening.reopen(edition)
    assert assembly.refresh_stale() == []
    edition.refresh_from_db()
    assert edition.state == State.HELD


def test_an_edition_that_could_not_be_assembled_in_time_is_held_and_says_so() -> None:
    edition = make.edition(make.publication())
    assert approval.hold_late(now=MONDAY + timedelta(minutes=181)) == [edition.pk]
    edition.refresh_from_db()
    assert edition.reason == "It could not be assembled in time."
