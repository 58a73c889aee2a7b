"""A schedule that is changed holds from then on: it invents no edition of the past and takes none away that is due."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from newsletter.editions import plan_editions
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_audience, edition_decisions
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from newsletter.publications.recurrence_dates import Rule
from newsletter.segments import edit_segment
from newsletter.stories.models import Story, StoryState
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TUESDAY = MONDAY + DAY  # seven in the morning in New York, as MONDAY is


def begun(**said: object) -> Publication:
    """One whose editions are due at seven in New York; it begins at MONDAY and has been planned once."""
    made = make.publication(**{"recurrence": "FREQ=DAILY"} | said)
    Publication.objects.filter(pk=made.pk).update(created_at=MONDAY)
    made.refresh_from_db()
    plan_editions.plan(made, now=MONDAY)
    return made


def dates(publication: Publication) -> dict[int, str]:
    """The state of the regular edition of each day of November."""
    rows = publication.editions.exclude(local_date=None).values_list("local_date", "state")
    return {day.day: state for day, state in rows if day}


def test_weekly_made_daily_has_missed_no_day_of_the_past_and_sends_none_of_them() -> None:
    publication = begun(recurrence="FREQ=WEEKLY;BYDAY=MO", auto_approve=True)
    make.story(publication)
    changed = MONDAY + 4 * DAY + 2 * HOUR  # Friday, two hours past seven, within the lateness limit
    edit_publication.update_publication(publication, recurrence="FREQ=DAILY", now=changed)
    plan_editions.plan(publication, now=changed)
    assert dates(publication) == {28: EditionState.PLANNED}
    assert not Edition.objects.due_for_assembly(changed).exists()


def test_an_earlier_hour_that_has_passed_leaves_todays_edition_at_its_old_hour() -> None:
    publication = begun()
    five_o_clock = TUESDAY - 2 * HOUR
    edit_publication.update_publication(publication, send_time=time(1), now=five_o_clock)
    for minutes in (0, 1, 30):
        plan_editions.plan(publication, now=five_o_clock + timedelta(minutes=minutes))
    today = publication.editions.get(local_date=date(2026, 11, 24))
    assert (today.state, today.due_at) == (EditionState.PLANNED, TUESDAY)
    plan_editions.plan(publication, now=TUESDAY + timedelta(seconds=1))
    following = publication.editions.get(local_date=date(2026, 11, 25))
    assert following.due_at == datetime(2026, 11, 25, 6, tzinfo=UTC)
    assert dates(publication) == {24: EditionState.PLANNED, 25: EditionState.PLANNED}


def test_a_later_hour_does_not_bring_a_day_again_that_has_had_its_edition() -> None:
    publication = begun()
    nine = TUESDAY + 2 * HOUR
    plan_editions.plan(publication, now=nine)
    edit_publication.update_publication(publication, send_time=time(12), now=nine)
    plan_editions.plan(publication, now=nine)
    assert dates(publication) == {24: EditionState.PLANNED, 25: EditionState.PLANNED}


def test_what_the_old_schedule_owed_while_nothing_ran_is_written_down_and_nothing_else() -> None:
    publication = begun()
    edit_publication.update_publication(
        publication, recurrence="FREQ=WEEKLY;BYDAY=MO", now=MONDAY + 3 * DAY + HOUR
    )  # Thursday
    plan_editions.plan(publication, now=MONDAY + 5 * DAY + 12 * HOUR)  # nothing ran since Monday
    assert dates(publication) == {
        24: EditionState.PLANNED,
        25: EditionState.CANCELLED,
        26: EditionState.CANCELLED,
        30: EditionState.PLANNED,
    }


def test_several_changes_while_nothing_ran_are_each_told_by_their_own_time() -> None:
    publication = begun(recurrence="FREQ=WEEKLY;BYDAY=MO")
    edit_publication.update_publication(publication, recurrence="FREQ=DAILY", now=TUESDAY + HOUR)
    edit_publication.update_publication(
        publication, is_active=False, now=TUESDAY + DAY + HOUR
    )  # after Wednesday's hour
    edit_publication.update_publication(publication, is_active=True, now=TUESDAY + 3 * DAY + HOUR)  # after Friday's
    plan_editions.plan(publication, now=TUESDAY + 4 * DAY + HOUR)
    # Saturday's is late by an hour and still leaves; Thursday and Friday were days of rest
    assert dates(publication) == {25: EditionState.CANCELLED, 28: EditionState.PLANNED, 29: EditionState.PLANNED}
    publication.refresh_from_db()
    assert publication.past_schedules == []


def test_a_change_of_other_fields_is_no_change_of_schedule() -> None:
    publication = begun()
    edit_publication.update_publication(
        publication, tagline="From the coast", recurrence="FREQ=DAILY", send_time=time(7), now=MONDAY
    )
    publication.refresh_from_db()
    assert publication.past_schedules == []


@pytest.mark.parametrize("seen", [True, False])
def test_a_publication_that_is_woken_has_missed_nothing_and_sends_nothing_at_once(*, seen: bool) -> None:
    publication = begun(auto_approve=True)
    make.story(publication)
    edit_publication.update_publication(publication, is_active=False, now=MONDAY + HOUR)
    if seen:
        plan_editions.plan_all(now=MONDAY + HOUR)
        assert dates(publication) == {}
    woken = MONDAY + 6 * DAY + 2 * HOUR  # two hours past seven
    edit_publication.update_publication(publication, is_active=True, now=woken)
    plan_editions.plan_all(now=woken)
    assert not Edition.objects.filter(reason=plan_editions.MISSED).exists()
    assert dates(publication)[30] == EditionState.PLANNED
    assert set(dates(publication)) <= {24, 30}  # Tuesday's was planned before; too late by now, it is held


def test_what_was_missed_before_a_rest_is_written_down_and_does_not_leave() -> None:
    publication = begun()
    edit_publication.update_publication(publication, is_active=False, now=MONDAY + 2 * DAY + HOUR)
    plan_editions.plan_all(now=MONDAY + 2 * DAY + HOUR)
    assert dates(publication) == {24: EditionState.PLANNED, 25: EditionState.CANCELLED}


def test_a_publication_at_rest_takes_no_stories() -> None:
    publication = begun()
    story = make.story(publication)
    extra = plan_editions.add_extra(publication, due_at=TUESDAY, now=MONDAY)
    edit_publication.update_publication(publication, is_active=False, now=MONDAY)
    plan_editions.plan_all(now=MONDAY)
    assert not Edition.objects.due_for_assembly(TUESDAY).exists()
    with pytest.raises(InvalidState, match="is paused"):
        assemble_edition.assemble(extra.pk, now=TUESDAY)
    story.refresh_from_db()
    assert story.state == StoryState.QUEUED
    edition_decisions.hold_late(now=TUESDAY + DAY)
    extra.refresh_from_db()
    assert (extra.state, extra.reason) == (EditionState.HELD, "The publication is paused.")


def test_words_that_somebody_typed_outlast_a_rest() -> None:
    publication = begun()
    Edition.objects.update(subject="A special day")
    edit_publication.update_publication(publication, is_active=False, now=MONDAY)
    plan_editions.plan_all(now=MONDAY)
    kept = Edition.objects.get()
    assert (kept.state, kept.subject, kept.reason) == (
        EditionState.CANCELLED,
        "A special day",
        "The publication is paused.",
    )


@pytest.mark.parametrize("field", ["send_to", "leave_out"])
def test_readers_that_somebody_chose_outlast_a_change_of_the_schedule(field: str) -> None:
    """Planned again without them, the edition would leave for everybody."""
    publication = begun(recurrence="FREQ=WEEKLY;BYDAY=FR", auto_approve=True)
    within = {"kind": "joined", "test": "within", "value": 30}
    segment = edit_segment.add_segment(
        publication, name="New", definition={"groups": [{"conditions": [within]}]}, now=MONDAY
    )
    chosen: Any = {"send_to": None, "leave_out": None} | {field: segment}
    friday = edition_audience.choose_segments(publication.editions.get(), **chosen, by=make.cora(), now=MONDAY)
    edit_publication.update_publication(publication, recurrence="FREQ=DAILY", now=MONDAY)
    plan_editions.plan(publication, now=MONDAY)
    assert dates(publication) == {24: EditionState.PLANNED, 27: EditionState.PLANNED}
    edit_publication.update_publication(publication, recurrence="FREQ=WEEKLY;BYDAY=MO", now=MONDAY)
    plan_editions.plan(publication, now=MONDAY)
    friday.refresh_from_db()
    assert (friday.state, friday.reason) == (EditionState.CANCELLED, "This date is no longer in the schedule.")
    assert getattr(friday, field) == segment


def test_the_schedule_of_one_publication_is_not_followed_by_the_editions_of_another() -> None:
    one, other = begun(), begun(send_time=time(8))
    before = list(other.editions.values_list("pk", "due_at", "state"))
    edit_publication.update_publication(one, recurrence="FREQ=WEEKLY;BYDAY=FR", send_time=time(9), now=MONDAY)
    plan_editions.plan(one, now=MONDAY)
    assert list(other.editions.values_list("pk", "due_at", "state")) == before
    assert one.editions.get().local_date == date(2026, 11, 27)


def test_a_date_that_was_cancelled_is_not_waited_for() -> None:
    publication = begun()
    edition_decisions.cancel(publication.editions.get(), reason="A holiday", now=MONDAY)
    following = plan_editions.plan(publication, now=MONDAY)
    assert following is not None
    assert following.local_date == date(2026, 11, 25)


def test_a_date_that_is_held_is_not_planned_again_and_the_next_one_is() -> None:
    publication = begun()
    edition_decisions.hold(publication.editions.get(), reason="The front page changes.", now=MONDAY)
    following = plan_editions.plan(publication, now=MONDAY)
    assert following is not None
    assert following.local_date == date(2026, 11, 25)
    edition_decisions.release(publication.editions.get(local_date=date(2026, 11, 24)), now=MONDAY)
    again = plan_editions.plan(publication, now=MONDAY)
    assert again is not None
    assert again.local_date == date(2026, 11, 24)


def test_a_released_edition_is_approved_by_a_person_also_after_a_change_of_the_schedule() -> None:
    publication = begun(recurrence="FREQ=WEEKLY;BYDAY=FR", auto_approve=True)
    edition_decisions.hold(publication.editions.get(), reason="The lawyers are reading.", now=MONDAY)
    friday = edition_decisions.release(publication.editions.get(), now=MONDAY)
    edit_publication.update_publication(publication, recurrence="FREQ=DAILY", now=MONDAY)
    plan_editions.plan(publication, now=MONDAY)
    assert dates(publication) == {24: EditionState.PLANNED, 27: EditionState.PLANNED}
    assert not publication.editions.get(pk=friday.pk).auto_approve


def test_an_edition_that_a_person_moved_does_not_swallow_new_dates_before_it() -> None:
    publication = begun(recurrence="FREQ=WEEKLY;BYDAY=FR")
    friday = publication.editions.get()
    edition_decisions.reschedule(friday, due_at=friday.due_at + HOUR, now=MONDAY)
    edit_publication.update_publication(publication, recurrence="FREQ=DAILY", now=MONDAY)
    following = plan_editions.plan(publication, now=MONDAY)
    assert following is not None
    assert following.local_date == date(2026, 11, 24)
    assert dates(publication) == {24: EditionState.PLANNED, 27: EditionState.PLANNED}


def test_a_story_of_a_taken_back_edition_is_never_lost() -> None:
    publication = begun(lead_minutes=600)
    make.story(publication)
    edition = publication.editions.get()
    assemble_edition.assemble(edition.pk, now=TUESDAY - 9 * HOUR)
    edit_publication.update_publication(publication, recurrence="FREQ=WEEKLY;BYDAY=FR", now=TUESDAY - 9 * HOUR)
    plan_editions.plan(publication, now=TUESDAY - 9 * HOUR)
    assert Edition.objects.filter(pk=edition.pk).exists()
    assert Story.objects.get().placements.count() == 1


def test_an_extra_edition_is_not_due_in_years() -> None:
    with pytest.raises(BadInput, match="a year"):
        plan_editions.add_extra(begun(), due_at=MONDAY + 400 * DAY, now=MONDAY)


def test_planning_costs_the_same_however_old_a_publication_is(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[date] = []
    real = Rule._fits

    def noted(rule: Rule, day: date) -> bool:
        looks.append(day)
        return real(rule, day)

    monkeypatch.setattr(Rule, "_fits", noted)
    counts = []
    for starts_on in (date(2026, 11, 1), date(2000, 11, 1)):
        publication = begun(starts_on=starts_on)
        looks.clear()
        for hours in range(48):
            plan_editions.plan(publication, now=MONDAY + hours * HOUR)
        counts.append(len(looks))
    assert counts[0] == counts[1]
    assert counts[1] <= 48 * 12
