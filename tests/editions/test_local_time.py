"""Editions by the readers' own clocks: due when the first of them are, and the same hour for everybody."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.models import Subscriber, SubscriptionStatus
from newsletter.editions import local_time, plan_editions
from newsletter.editions.local_time import LocalSendTimes
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import edition_decisions
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

TUESDAY = date(2026, 11, 24)
SEVEN_THERE = {  # on TUESDAY
    "Pacific/Kiritimati": datetime(2026, 11, 23, 17, tzinfo=UTC),
    "Asia/Tokyo": datetime(2026, 11, 23, 22, tzinfo=UTC),
    "America/New_York": datetime(2026, 11, 24, 12, tzinfo=UTC),
    "America/Toronto": datetime(2026, 11, 24, 12, tzinfo=UTC),
    "Pacific/Niue": datetime(2026, 11, 24, 18, tzinfo=UTC),
}


def local(*zones: str, **said: object) -> Publication:
    """Daily at seven by the readers' clocks, at home in New York, created at MONDAY; a reader in each of `zones`."""
    fields = {"recurrence": "FREQ=DAILY", "local_time": True}
    made = make.publication(**fields | said)
    Publication.objects.filter(pk=made.pk).update(created_at=MONDAY)
    made.refresh_from_db()
    for zone in zones:
        make.reader(made, time_zone=zone)
    return made


def planned(publication: Publication, *, now: datetime = MONDAY) -> Edition:
    edition = plan_editions.plan(publication, now=now)
    assert edition is not None
    return edition


@pytest.mark.django_db
def test_an_edition_is_due_when_its_first_readers_are() -> None:
    edition = planned(local("Pacific/Niue", "Pacific/Kiritimati", "Asia/Tokyo", ""))
    assert (edition.local_date, edition.local_send_time) == (TUESDAY, time(7))
    assert edition.due_at == SEVEN_THERE["Pacific/Kiritimati"]
    assert edition.assemble_at == edition.due_at - timedelta(hours=1)
    assert local_time.last_send_time(edition) == SEVEN_THERE["Pacific/Niue"]
    assert edition.day == TUESDAY


@pytest.mark.django_db
def test_without_readers_elsewhere_it_is_due_at_home() -> None:
    edition = planned(local("America/Toronto", "", "Pacific/Niue"))
    assert edition.due_at == SEVEN_THERE["America/New_York"]


@pytest.mark.django_db
def test_readers_who_left_do_not_make_it_earlier() -> None:
    publication = local()
    make.reader(publication, time_zone="Pacific/Kiritimati", status=SubscriptionStatus.UNSUBSCRIBED)
    make.reader(make.publication(), time_zone="Asia/Tokyo")
    edition = planned(publication)
    assert edition.due_at == local_time.last_send_time(edition) == SEVEN_THERE["America/New_York"]


@pytest.mark.django_db
def test_a_planned_edition_follows_its_readers_and_its_publication() -> None:
    publication = local()
    planned(publication)
    reader = make.reader(publication, time_zone="Asia/Tokyo")
    assert planned(publication).due_at == SEVEN_THERE["Asia/Tokyo"]
    Subscriber.objects.filter(pk=reader.pk).update(time_zone="")
    assert planned(publication).due_at == SEVEN_THERE["America/New_York"]
    edit_publication.update_publication(publication, local_time=False)
    assert planned(publication).local_send_time is None
    assert Edition.objects.count() == 1


@pytest.mark.django_db
def test_readers_whose_hour_has_gone_by_do_not_make_an_edition_late() -> None:
    # six hours before seven at home it has been seven in Kiritimati and in Tokyo already
    publication = local("Pacific/Kiritimati", "Asia/Tokyo", "Europe/Berlin")
    edition = planned(publication, now=datetime(2026, 11, 24, 4, tzinfo=UTC))
    assert (edition.local_date, edition.state) == (TUESDAY, EditionState.PLANNED)
    assert edition.due_at == datetime(2026, 11, 24, 6, tzinfo=UTC)  # Berlin
    assert Edition.objects.count() == 1


@pytest.mark.django_db
def test_the_next_day_is_planned_while_this_one_still_leaves_further_west() -> None:
    publication = local("Pacific/Kiritimati", "Pacific/Niue", time_zone="Pacific/Niue")
    moments = {}
    for hours in range(24 * 4):
        edition = planned(publication, now=MONDAY + timedelta(hours=hours))
        moments[edition.local_date] = edition.due_at
    days = [day for day in moments if day]
    assert moments[days[0]] == MONDAY + timedelta(hours=6)  # begun too late for Kiritimati: it is due in Niue
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert len(days) >= 4
    assert not Edition.objects.exclude(state=EditionState.PLANNED).exists()
    # 07:00 in Kiritimati is 17:00 of the day before in UTC, 25 hours before 07:00 in Niue
    assert [moments[day].hour for day in days[1:]] == [17] * (len(days) - 1)


@pytest.mark.django_db
def test_a_time_that_a_person_sets_is_the_same_moment_for_all() -> None:
    edition = planned(local("Asia/Tokyo"))
    noon = datetime(2026, 11, 24, 17, tzinfo=UTC)
    moved = edition_decisions.reschedule(edition, due_at=noon, now=MONDAY)
    assert (moved.local_send_time, moved.due_at) == (None, noon)
    assert local_time.clocks(moved) is None
    assert local_time.last_send_time(moved) == noon


@pytest.mark.django_db
def test_an_extra_edition_leaves_at_one_moment_for_all() -> None:
    extra = plan_editions.add_extra(local("Asia/Tokyo"), due_at=MONDAY, now=MONDAY)
    assert local_time.clocks(extra) is None


@pytest.mark.django_db
def test_it_is_too_late_when_it_is_too_late_at_home() -> None:
    edition = planned(local("Pacific/Kiritimati", lateness_limit_minutes=60))
    assert edition.too_late_after == SEVEN_THERE["America/New_York"] + timedelta(hours=1)
    edition_decisions.hold(edition, reason="wait", now=MONDAY)
    released = edition_decisions.release(edition, now=SEVEN_THERE["Asia/Tokyo"])
    assert released.due_at == SEVEN_THERE["Pacific/Kiritimati"]


def test_a_zone_that_is_not_known_any_more_is_taken_for_home() -> None:
    there = LocalSendTimes(TUESDAY, time(7), home="America/New_York")
    assert there.moment("Atlantis/Capital") == there.moment("") == SEVEN_THERE["America/New_York"]


def test_on_a_day_that_was_left_out_readers_are_not() -> None:
    # Samoa went from Thursday to Saturday
    there = LocalSendTimes(date(2011, 12, 30), time(7), home="UTC")
    at = there.moment("Pacific/Apia").astimezone(ZoneInfo("Pacific/Apia"))
    assert (at.date(), at.time()) == (date(2011, 12, 31), time(7))


NAMES = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("posix", "right")))


@given(
    zones=st.lists(st.sampled_from(NAMES), min_size=1, max_size=20),
    day=st.dates(date(2025, 1, 1), date(2030, 12, 31)),
    at=st.times(),
)
def test_each_reader_gets_it_at_that_hour_of_that_day_or_just_after_a_jump(
    zones: list[str], day: date, at: time
) -> None:
    there = LocalSendTimes(day, at, home="UTC")
    moments = [there.moment(zone) for zone in zones]
    for zone, moment in zip(zones, moments, strict=True):
        shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        late = shown - datetime.combine(day, at)
        assert timedelta() <= late <= timedelta(hours=1)
        assert (
            not late
            or (moment - timedelta(hours=2)).astimezone(ZoneInfo(zone)).utcoffset()
            != moment.astimezone(ZoneInfo(zone)).utcoffset()
        )
    assert max(moments) - min(moments) <= timedelta(hours=27)


@given(day=st.dates(date(2025, 1, 1), date(2030, 12, 31)), at=st.times())
def test_from_kiritimati_to_niue_an_edition_takes_twenty_five_hours(day: date, at: time) -> None:
    there = LocalSendTimes(day, at, home="UTC")
    assert there.moment("Pacific/Niue") - there.moment("Pacific/Kiritimati") == timedelta(hours=25)


@pytest.mark.long
@pytest.mark.django_db
def test_around_clock_changes_each_local_date_has_one_edition_everywhere() -> None:
    start = datetime(2027, 3, 12, tzinfo=UTC)  # New York changes on the 14th, Berlin on the 28th
    publication = local("Europe/Berlin", "Australia/Lord_Howe", send_time=time(2, 15))
    Publication.objects.update(created_at=start)
    for hours in range(0, 24 * 20, 5):
        planned(publication, now=start + timedelta(hours=hours))
    dates = list(Edition.objects.order_by("due_at").values_list("local_date", flat=True))
    first = dates[0]
    assert first is not None
    assert dates == [first + timedelta(days=n) for n in range(len(dates))]
    assert not Edition.objects.exclude(state=EditionState.PLANNED).exists()
