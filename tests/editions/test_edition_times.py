"""When an edition is assembled and due, and when its readers get it."""

from datetime import date, datetime, timedelta

import pytest

from newsletter.delivery.dispatches import open_dispatch
from newsletter.editions import plan_editions, reopen_edition
from newsletter.editions.edition_times import chosen_times, received
from newsletter.editions.embargo_and_expiry import placed_stories, reason_to_hold
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = [-5 * HOUR, 3 * 24 * HOUR]


@pytest.mark.parametrize("later", LATER)
def test_an_edition_that_is_given_another_time_keeps_its_lead_time(later: timedelta) -> None:
    publication = make.publication(lead_minutes=90)
    edition = make.edition(publication)
    moved = edition_decisions.reschedule(edition, due_at=MONDAY + later, now=MONDAY - 6 * HOUR)
    assert (moved.due_at, moved.assemble_at) == (MONDAY + later, MONDAY + later - 1.5 * HOUR)


def test_one_that_is_released_late_is_due_and_assembled_at_once() -> None:
    edition = make.edition(make.publication())
    edition_decisions.hold_late(now=MONDAY + 4 * HOUR)
    released = edition_decisions.release(edition, now=MONDAY + 4 * HOUR)
    assert (released.due_at, released.assemble_at) == (MONDAY + 4 * HOUR, MONDAY + 3 * HOUR)


@pytest.mark.parametrize("ago", [timedelta(seconds=59), timedelta(minutes=1)])
def test_the_current_minute_has_not_passed(ago: timedelta) -> None:
    publication = make.publication()
    assert chosen_times(publication, MONDAY - ago, now=MONDAY).due_at == MONDAY - ago
    assert plan_editions.add_extra(publication, due_at=MONDAY - ago, now=MONDAY).due_at == MONDAY - ago
    assert (
        edition_decisions.reschedule(make.edition(publication), due_at=MONDAY - ago, now=MONDAY).due_at == MONDAY - ago
    )


def test_a_time_that_has_passed_is_refused() -> None:
    publication, past = make.publication(), MONDAY - timedelta(seconds=61)
    with pytest.raises(BadInput, match="due time: is in the past"):
        plan_editions.add_extra(publication, due_at=past, now=MONDAY)
    with pytest.raises(BadInput, match="due time: is in the past"):
        edition_decisions.reschedule(make.edition(publication), due_at=past, now=MONDAY)


def local_edition() -> Edition:
    """Seven o'clock on the readers' clocks; the first are in Tokyo, the last in Honolulu."""
    publication = make.publication(local_time=True, recurrence="FREQ=DAILY", starts_on=MONDAY.date())
    Publication.objects.filter(pk=publication.pk).update(created_at=MONDAY - 48 * HOUR)
    publication.refresh_from_db()
    make.reader(publication, time_zone="Asia/Tokyo")
    make.reader(publication, time_zone="Pacific/Honolulu")
    planned = plan_editions.plan(publication, now=MONDAY - 20 * HOUR)
    assert planned
    return planned


def test_readers_get_an_edition_when_it_is_due_and_an_overdue_one_now() -> None:
    edition = make.edition(make.publication())
    early, late = (received(edition, now=now) for now in (MONDAY - HOUR, MONDAY + HOUR))
    assert (early.first, early.last) == (MONDAY, MONDAY)
    assert (late.first, late.last) == (MONDAY + HOUR, MONDAY + HOUR)
    assert received(edition, now=MONDAY + 24 * HOUR).day == date(2026, 11, 24)


def test_readers_get_one_by_local_time_from_the_first_of_them_to_the_last_on_its_own_day() -> None:
    edition = local_edition()
    when = received(edition, now=edition.due_at - HOUR)
    assert (when.first, when.last) == (MONDAY - 14 * HOUR, MONDAY + 5 * HOUR)
    assert when.day == MONDAY.date()


SPANS = [  # of a story, and whether readers may get it at MONDAY
    ({"embargo_until": MONDAY}, True),
    ({"embargo_until": MONDAY + timedelta(seconds=1)}, False),
    ({"expires_at": MONDAY + timedelta(seconds=1)}, True),
    ({"expires_at": MONDAY}, False),
]


@pytest.mark.parametrize(("span", "may_leave"), SPANS)
def test_a_story_is_judged_by_when_readers_get_it_also_when_it_is_handed_over_ahead(
    span: dict[str, datetime], may_leave: bool
) -> None:
    publication = make.publication(schedule_ahead_minutes=60, lead_minutes=120)
    make.readers(publication, 1)
    edition = make.approved_edition(publication)
    Story.objects.update(**span)
    assert (reason_to_hold(edition, now=MONDAY - HOUR) == "") == may_leave
    dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY - HOUR)
    assert (dispatch is not None) == may_leave
    edition.refresh_from_db()
    assert edition.state == (EditionState.DISPATCHING if may_leave else EditionState.HELD)


@pytest.mark.parametrize(("span", "may_leave"), SPANS)
def test_a_story_is_taken_from_the_queue_by_the_same_rule(span: dict[str, datetime], may_leave: bool) -> None:
    publication = make.publication()
    make.story(publication, **span)
    edition = make.edition(publication)
    assert bool(assemble_edition.offered_stories(edition, now=MONDAY - HOUR)) == may_leave
    assert bool(placed_stories(assemble_edition.assemble(edition.pk, now=MONDAY - HOUR))) == may_leave


@pytest.mark.parametrize(
    ("span", "may_leave"),
    [
        ({"embargo_until": MONDAY - 14 * HOUR}, True),
        ({"embargo_until": MONDAY}, False),  # Tokyo would get it before
        ({"expires_at": MONDAY}, False),  # Honolulu would get it after
        ({"expires_at": MONDAY + 6 * HOUR}, True),
    ],
)
def test_with_local_time_a_story_has_to_suit_the_first_reader_and_the_last(
    span: dict[str, datetime], may_leave: bool
) -> None:
    edition = local_edition()
    make.story(edition.publication, **span)
    before = edition.due_at - HOUR
    assembled = assemble_edition.assemble(edition.pk, now=before)
    assert bool(placed_stories(assembled)) == may_leave
    if not may_leave:
        Story.objects.update(embargo_until=None, expires_at=None)
        assembled = assemble_edition.assemble(edition.pk, now=before)
        Story.objects.update(**span)
    edition_decisions.approve(assembled, content_hash=assembled.content_hash, by=make.eddie(), now=before)
    assert (open_dispatch.open_dispatch(edition.pk, now=edition.due_at) is not None) == may_leave


def test_a_match_that_is_over_for_the_last_readers_is_not_in_the_letter_of_the_first() -> None:
    edition = local_edition()
    make.story(edition.publication)
    make.appeal(edition.publication, match="A friend doubles each gift.", match_ends_at=MONDAY)
    assembled = assemble_edition.assemble(edition.pk, now=edition.due_at - HOUR)
    assert all("doubles" not in letter.text for letter in assembled.letters.all())


def test_a_match_that_ended_while_an_overdue_edition_waited_does_not_leave() -> None:
    publication = make.publication()
    make.appeal(publication, match="A friend doubles each gift.", match_ends_at=MONDAY + HOUR)
    edition = make.approved_edition(publication)
    assert "doubles" in edition.letters.get(variant="default").text
    assert open_dispatch.open_dispatch(edition.pk, now=MONDAY + HOUR) is None
    edition.refresh_from_db()
    assert (edition.state, edition.reason) == (EditionState.PLANNED, assemble_edition.CHANGED)
    again = assemble_edition.assemble(edition.pk, now=MONDAY + HOUR)
    assert "doubles" not in again.letters.get(variant="default").text
    assert assemble_edition.refresh_stale(now=MONDAY + HOUR) == []


def test_an_appeal_whose_last_day_is_over_is_not_in_an_edition_that_leaves_late() -> None:
    publication = make.publication(lateness_limit_minutes=60 * 48)
    make.appeal(publication, ends_on=MONDAY.date())
    edition = make.approved_edition(publication)
    late = MONDAY + 24 * HOUR
    assert assemble_edition.refresh_stale(now=MONDAY + 10 * HOUR) == []
    assert assemble_edition.refresh_stale(now=late) == [edition.pk]
    assert "Readers pay for this" not in assemble_edition.assemble(edition.pk, now=late).letters.get().text


def due_for_assembly(now: datetime) -> list[int]:
    return list(Edition.objects.due_for_assembly(now).values_list("pk", flat=True))


def test_what_was_taken_apart_is_assembled_when_it_is_due_and_not_at_the_next_tick() -> None:
    edition = make.approved_edition(make.publication())
    now = MONDAY - timedelta(minutes=20)
    taken = reopen_edition.take_apart(edition, now=now)
    plan_editions.plan_all(now=now)  # does not give it back its lead time
    assert due_for_assembly(MONDAY - timedelta(seconds=1)) == []
    assert due_for_assembly(MONDAY) == [edition.pk]
    assert (taken.assemble_at, taken.reason) == (MONDAY, reopen_edition.REOPENED)


@pytest.mark.parametrize(
    ("at", "assembled_at"),
    [
        (-3 * HOUR, -2 * HOUR),  # its lead time has not begun
        (-1.5 * HOUR, -HOUR),  # when it would be handed over
        (-0.5 * HOUR, 0 * HOUR),
        (HOUR, 3 * HOUR),  # overdue: it is left alone until it is held
    ],
)
def test_what_was_taken_apart_waits_as_long_as_it_can(at: timedelta, assembled_at: timedelta) -> None:
    publication = make.publication(schedule_ahead_minutes=60, lead_minutes=120)
    edition = make.approved_edition(publication)
    Edition.objects.update(assemble_at=MONDAY - 2 * HOUR)
    assert reopen_edition.take_apart(edition, now=MONDAY + at).assemble_at == MONDAY + assembled_at
