"""The next edition exists, one for each local date, and none is missed without a word."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from newsletter.editions import plan_editions
from newsletter.editions.models import Edition, EditionState, Placement
from newsletter.letters import edition_decisions
from newsletter.lib.errors import BadInput
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


def daily(**said: object) -> Publication:
    """Every day at seven in New York, created at MONDAY, which is seven in the morning there."""
    fields = {"recurrence": "FREQ=DAILY", "lateness_limit_minutes": 60}
    made = make.publication(**fields | said)
    Publication.objects.filter(pk=made.pk).update(created_at=MONDAY)
    made.refresh_from_db()
    return made


def test_the_next_edition_is_planned_once_however_often_it_is_asked_for() -> None:
    publication = daily()
    first = plan_editions.plan(publication, now=MONDAY)
    assert first is not None
    assert (first.local_date, first.due_at) == (date(2026, 11, 24), datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert first.assemble_at == first.due_at - timedelta(hours=1)
    assert plan_editions.plan(publication, now=MONDAY + timedelta(hours=1)) == first
    assert Edition.objects.count() == 1


def test_the_day_after_follows_when_an_edition_has_become_due() -> None:
    publication = daily()
    plan_editions.plan(publication, now=MONDAY)
    following = plan_editions.plan(publication, now=MONDAY + timedelta(days=1, minutes=1))
    assert following is not None
    assert following.local_date == date(2026, 11, 25)


def test_days_on_which_nothing_ran_are_written_down_as_missed() -> None:
    publication = daily()
    plan_editions.plan(publication, now=MONDAY)
    plan_editions.plan(publication, now=MONDAY + timedelta(days=5, hours=12))
    by_date = {e.local_date: e.state for e in Edition.objects.all()}
    assert by_date == {
        date(2026, 11, 24): EditionState.PLANNED,  # planned in time; opening will find it too late and hold it
        **{date(2026, 11, day): EditionState.CANCELLED for day in (25, 26, 27, 28)},
        date(2026, 11, 29): EditionState.PLANNED,
    }
    assert Edition.objects.filter(state=EditionState.CANCELLED, reason__contains="was not running").count() == 4


def test_the_last_missed_one_still_leaves_when_it_is_not_too_late() -> None:
    publication = daily()
    plan_editions.plan(publication, now=MONDAY + timedelta(days=2, minutes=30))
    states = dict(Edition.objects.order_by("local_date").values_list("local_date", "state"))
    assert states == {
        date(2026, 11, 24): EditionState.CANCELLED,
        date(2026, 11, 25): EditionState.PLANNED,
        date(2026, 11, 26): EditionState.PLANNED,
    }


def test_a_planned_edition_follows_a_changed_cadence() -> None:
    publication = daily()
    plan_editions.plan(publication, now=MONDAY)
    edit_publication.update_publication(publication, send_time=time(9, 30), now=MONDAY + timedelta(hours=5))
    plan_editions.plan(publication, now=MONDAY + timedelta(hours=5))
    assert Edition.objects.get().due_at == datetime(2026, 11, 24, 14, 30, tzinfo=UTC)


def test_a_later_hour_that_is_still_to_come_today_makes_an_edition_of_today() -> None:
    publication = daily()
    plan_editions.plan(publication, now=MONDAY)
    edit_publication.update_publication(publication, send_time=time(9, 30), now=MONDAY)
    plan_editions.plan(publication, now=MONDAY)
    assert Edition.objects.get().due_at == datetime(2026, 11, 23, 14, 30, tzinfo=UTC)


def test_a_planned_date_that_the_cadence_no_longer_names_is_taken_back() -> None:
    publication = daily()
    plan_editions.plan(publication, now=MONDAY)
    edit_publication.update_publication(publication, recurrence="FREQ=WEEKLY;BYDAY=FR", now=MONDAY)
    plan_editions.plan(publication, now=MONDAY)
    assert Edition.objects.get().local_date == date(2026, 11, 27)


def test_a_time_that_a_person_set_is_not_overruled_by_the_cadence() -> None:
    publication = daily()
    edition = plan_editions.plan(publication, now=MONDAY)
    assert edition is not None
    evening = datetime(2026, 11, 24, 23, tzinfo=UTC)
    edition_decisions.reschedule(edition, due_at=evening, now=MONDAY)
    plan_editions.plan(publication, now=MONDAY)
    assert Edition.objects.get().due_at == evening


def test_sending_tomorrows_edition_today_does_not_make_a_second_one_for_tomorrow() -> None:
    publication = daily()
    edition = plan_editions.plan(publication, now=MONDAY)
    assert edition is not None
    edition_decisions.send_now(edition, now=MONDAY + timedelta(hours=1))
    following = plan_editions.plan(publication, now=MONDAY + timedelta(hours=1, seconds=1))
    assert following is not None
    assert following.local_date == date(2026, 11, 25)


def test_a_publication_that_rests_plans_nothing() -> None:
    assert plan_editions.plan(daily(is_active=False), now=MONDAY) is None


def test_a_rule_that_has_ended_plans_nothing_more() -> None:
    assert plan_editions.plan(daily(starts_on=date(2026, 11, 1), recurrence="FREQ=DAILY;COUNT=3"), now=MONDAY) is None


@pytest.mark.long
@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("America/New_York", datetime(2027, 3, 12, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 11, 5, tzinfo=UTC)),
        ("Asia/Jerusalem", datetime(2027, 3, 24, tzinfo=UTC)),
        ("Asia/Jerusalem", datetime(2027, 10, 29, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2027, 4, 2, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2027, 10, 1, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("wall", [time(1, 30), time(2, 15), time(7)])
def test_around_clock_changes_each_local_date_has_one_edition(zone: str, start: datetime, wall: time) -> None:
    publication = daily(time_zone=zone, starts_on=date(2027, 1, 1), send_time=wall)
    Publication.objects.filter(pk=publication.pk).update(created_at=start)
    publication.refresh_from_db()
    for hours in range(0, 24 * 5, 3):
        plan_editions.plan(publication, now=start + timedelta(hours=hours))
    dates = list(Edition.objects.order_by("due_at").values_list("local_date", flat=True))
    first = dates[0]
    assert first is not None
    assert dates == [first + timedelta(days=n) for n in range(len(dates))]
    assert len(dates) >= 5


def test_a_publication_that_cannot_be_planned_does_not_keep_the_others_from_it() -> None:
    Publication.objects.filter(pk=daily().pk).update(time_zone="Atlantis/Capital")
    whole = daily()
    plan_editions.plan_all(now=MONDAY)
    assert [edition.publication for edition in Edition.objects.all()] == [whole]


def test_an_extra_edition_cannot_be_due_in_the_past() -> None:
    with pytest.raises(BadInput, match="is in the past"):
        plan_editions.add_extra(daily(), due_at=MONDAY - timedelta(hours=1), now=MONDAY)


def test_sending_tomorrows_edition_today_leaves_the_one_after_it_alone() -> None:
    publication = daily()
    edition = plan_editions.plan(publication, now=MONDAY)
    assert edition is not None
    now = MONDAY + timedelta(hours=1)
    edition_decisions.send_now(edition, now=now)
    following = plan_editions.plan(publication, now=now + timedelta(seconds=1))
    assert following is not None
    for seconds in (3, 5, 7):
        assert plan_editions.plan(publication, now=now + timedelta(seconds=seconds)) == following


def test_an_edition_that_is_put_off_does_not_swallow_the_dates_in_between() -> None:
    publication = daily()
    edition = plan_editions.plan(publication, now=MONDAY)
    assert edition is not None
    edition_decisions.reschedule(edition, due_at=MONDAY + timedelta(days=3, hours=2), now=MONDAY)
    for hours in range(0, 24 * 4, 2):
        plan_editions.plan(publication, now=MONDAY + timedelta(hours=hours))
    dates = [edition.local_date for edition in Edition.objects.order_by("local_date")]
    assert dates == [date(2026, 11, day) for day in (24, 25, 26, 27)]


def test_an_edition_that_holds_stories_is_not_taken_back_when_the_cadence_changes() -> None:
    publication = daily()
    edition = plan_editions.plan(publication, now=MONDAY)
    assert edition is not None
    Placement.objects.create(edition=edition, story=make.story(publication), position=1)
    edit_publication.update_publication(publication, recurrence="FREQ=WEEKLY;BYDAY=FR", now=MONDAY)
    plan_editions.plan(publication, now=MONDAY)
    assert Edition.objects.filter(pk=edition.pk).exists()


def test_words_that_somebody_typed_are_not_deleted_with_a_date() -> None:
    publication = daily()
    edition = plan_editions.plan(publication, now=MONDAY)
    Edition.objects.update(subject="A special day")
    edit_publication.update_publication(publication, recurrence="FREQ=WEEKLY;BYDAY=FR", now=MONDAY)
    plan_editions.plan(publication, now=MONDAY)
    assert edition is not None
    edition.refresh_from_db()
    assert (edition.state, edition.subject) == (EditionState.CANCELLED, "A special day")
