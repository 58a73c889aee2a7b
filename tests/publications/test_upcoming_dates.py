"""The next dates of a schedule, with the days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.lib.errors import BadInput
from newsletter.publications.schedule import Cadence, upcoming
from newsletter.publications.upcoming_dates import describe_clock, upcoming_dates

START = date(2026, 1, 1)


def described(rule: str, at: time, zone: str, after: datetime, count: int = 3) -> list[tuple[str, str]]:
    cadence = Cadence(rule, START, at, zone)
    found = upcoming_dates(cadence, after=after, count=count)
    return [(f"{one.local:%Y-%m-%d %H:%M}", describe_clock(one, at)) for one in found]


def test_the_day_on_which_clocks_go_forward_is_marked_and_a_skipped_time_is_explained() -> None:
    rows = described("FREQ=DAILY", time(2, 30), "America/New_York", datetime(2027, 3, 13, 0, tzinfo=UTC))
    assert rows == [
        ("2027-03-13 02:30", ""),
        (
            "2027-03-14 03:30",
            "Clocks go forward 1 h on this day. 02:30 does not exist then, so it is sent at 03:30. "
            "From the next date on it is sent at 06:30 UTC.",
        ),
        ("2027-03-15 02:30", ""),
    ]


def test_a_repeated_time_is_explained_and_the_next_date_names_its_time_in_utc() -> None:
    rows = described("FREQ=DAILY", time(1, 30), "America/New_York", datetime(2026, 11, 1, 0, tzinfo=UTC))
    assert rows == [
        ("2026-11-01 01:30", "Clocks go back 1 h on this day. 01:30 occurs twice; it is sent at the first."),
        ("2026-11-02 01:30", "From this date on it is sent at 06:30 UTC."),
        ("2026-11-03 01:30", ""),
    ]


def test_a_weekly_schedule_marks_the_first_date_on_the_other_clock() -> None:
    rows = described("FREQ=WEEKLY;BYDAY=MO", time(7), "Europe/Berlin", datetime(2027, 3, 20, tzinfo=UTC))
    assert [note for _, note in rows] == ["", "From this date on it is sent at 05:00 UTC.", ""]


def test_half_an_hour_is_said_in_minutes() -> None:
    [(_, note), *_] = described("FREQ=DAILY", time(7), "Australia/Lord_Howe", datetime(2026, 10, 3, tzinfo=UTC))
    assert note.startswith("Clocks go forward 30 min on this day.")


def test_a_zone_without_changes_marks_nothing() -> None:
    rows = described("FREQ=DAILY", time(7), "Asia/Tokyo", datetime(2026, 1, 1, tzinfo=UTC), count=400)
    assert {note for _, note in rows} == {""}


def test_a_rule_that_ends_gives_fewer_dates_and_a_wrong_one_is_refused() -> None:
    assert len(described("FREQ=DAILY;COUNT=2", time(7), "UTC", datetime(2025, 1, 1, tzinfo=UTC), count=10)) == 2
    with pytest.raises(BadInput):
        described("FREQ=HOURLY", time(7), "UTC", datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(BadInput):
        described("FREQ=DAILY", time(7), "Nowhere/Town", datetime(2026, 1, 1, tzinfo=UTC))


@given(
    st.sampled_from(["America/New_York", "America/Nuuk", "Pacific/Apia", "Africa/Cairo", "Australia/Lord_Howe", "UTC"]),
    st.times(),
    st.integers(0, 30 * 365),
)
def test_the_dates_are_those_that_the_planner_uses(zone: str, at: time, days: int) -> None:
    after = datetime(2005, 1, 1, 12, tzinfo=UTC) + timedelta(days=days)
    cadence = Cadence("FREQ=DAILY", date(2004, 1, 1), at.replace(microsecond=0, fold=0), zone)
    shown = [one.local.astimezone(UTC) for one in upcoming_dates(cadence, after=after)]
    assert shown == [due.at for due in islice(upcoming(cadence, after=after), 10)]
