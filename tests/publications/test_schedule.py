"""When editions are due: one for each local date, never none, never two, whatever clocks do."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from newsletter.lib.errors import BadInput
from newsletter.publications.schedule import (
    Cadence,
    Due,
    date_exists,
    due_moment,
    hours_end,
    is_within_hours,
    upcoming,
    zone,
)

DAILY = "FREQ=DAILY"
NEW_YORK, JERUSALEM, LORD_HOWE = "America/New_York", "Asia/Jerusalem", "Australia/Lord_Howe"
ZONES = [NEW_YORK, JERUSALEM, LORD_HOWE, "UTC", "Europe/Berlin", "Africa/Casablanca", "America/Sao_Paulo"]
ZONES += ["America/Nuuk", "Pacific/Apia", "Asia/Kathmandu", "America/St_Johns", "Antarctica/Troll", "Africa/Cairo"]
ZONES += ["Asia/Beirut", "America/Asuncion", "Pacific/Chatham", "Asia/Pyongyang", "Europe/Dublin", "Pacific/Kiritimati"]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # mypy cannot count the parts


def due(cadence: Cadence, *, after: datetime, count: int) -> list[tuple[date, datetime]]:
    return [(d.local_date, d.at) for d in islice(upcoming(cadence, after=after), count)]


def daily(zone_name: str, at: time, *, starts_on: date = date(2026, 1, 1)) -> Cadence:
    return Cadence(DAILY, starts_on, at, zone_name)


@pytest.mark.parametrize(
    ("zone_name", "first", "moments"),
    [
        # clocks go forward by an hour at 02:00 on the middle day: half past two is not
        (NEW_YORK, date(2026, 3, 7), [utc(2026, 3, 7, 7, 30), utc(2026, 3, 8, 7, 30), utc(2026, 3, 9, 6, 30)]),
        (JERUSALEM, date(2026, 3, 26), [utc(2026, 3, 26, 0, 30), utc(2026, 3, 27, 0, 30), utc(2026, 3, 27, 23, 30)]),
        # by half an hour at 02:00: a quarter past two would not be, half past two is its first minute
        (LORD_HOWE, date(2026, 10, 3), [utc(2026, 10, 2, 16), utc(2026, 10, 3, 15, 30), utc(2026, 10, 4, 15, 30)]),
    ],
)
def test_clocks_going_forward(zone_name: str, first: date, moments: list[datetime]) -> None:
    days = [first + timedelta(days=n) for n in range(3)]
    cadence = daily(zone_name, time(2, 30))
    assert due(cadence, after=moments[0] - timedelta(seconds=1), count=3) == list(zip(days, moments, strict=True))


def test_a_time_that_half_an_hour_swallowed_is_due_half_an_hour_later() -> None:
    at = due_moment(date(2026, 10, 4), daily(LORD_HOWE, time(2, 15)))
    assert at.astimezone(ZoneInfo(LORD_HOWE)).replace(tzinfo=None) == datetime(2026, 10, 4, 2, 45)  # noqa: DTZ001 — wall clock


@pytest.mark.parametrize(
    ("zone_name", "at", "first", "moments"),
    [
        # the hour from one to two comes twice on the middle day: the first one counts
        (
            NEW_YORK,
            time(1, 30),
            date(2026, 10, 31),
            [utc(2026, 10, 31, 5, 30), utc(2026, 11, 1, 5, 30), utc(2026, 11, 2, 6, 30)],
        ),
        (
            JERUSALEM,
            time(1, 30),
            date(2026, 10, 24),
            [utc(2026, 10, 23, 22, 30), utc(2026, 10, 24, 22, 30), utc(2026, 10, 25, 23, 30)],
        ),
        # the half hour from half past one to two comes twice
        (
            LORD_HOWE,
            time(1, 45),
            date(2026, 4, 4),
            [utc(2026, 4, 3, 14, 45), utc(2026, 4, 4, 14, 45), utc(2026, 4, 5, 15, 15)],
        ),
    ],
)
def test_clocks_going_back(zone_name: str, at: time, first: date, moments: list[datetime]) -> None:
    days = [first + timedelta(days=n) for n in range(3)]
    cadence = daily(zone_name, at)
    assert due(cadence, after=moments[0] - timedelta(seconds=1), count=3) == list(zip(days, moments, strict=True))
    # also for somebody who asks between the two showings
    assert due(cadence, after=moments[1] + timedelta(minutes=10), count=1) == [(days[2], moments[2])]


def test_an_edition_is_not_due_again_when_its_hour_comes_back() -> None:
    cadence = daily(NEW_YORK, time(1, 30))
    first_showing = utc(2026, 11, 1, 5, 30)
    assert due(cadence, after=first_showing, count=1) == [(date(2026, 11, 2), utc(2026, 11, 2, 6, 30))]


def test_midnight_that_was_jumped_over_is_one_o_clock_of_the_same_day() -> None:
    cadence = daily("America/Sao_Paulo", time(0, 0), starts_on=date(2018, 1, 1))
    assert due(cadence, after=utc(2018, 11, 3, 12), count=2) == [
        (date(2018, 11, 4), utc(2018, 11, 4, 3)),
        (date(2018, 11, 5), utc(2018, 11, 5, 2)),
    ]


def test_a_jump_over_midnight_does_not_cost_the_evening_its_edition() -> None:
    # in Nuuk the last hour of Saturday 28 March 2026 is not: 23:30 comes at 00:30
    cadence = daily("America/Nuuk", time(23, 30))
    found = due(cadence, after=utc(2026, 3, 28, 12), count=2)
    assert [day for day, _ in found] == [date(2026, 3, 28), date(2026, 3, 29)]
    local = [at.astimezone(ZoneInfo("America/Nuuk")).replace(tzinfo=None) for _, at in found]
    assert local == [datetime(2026, 3, 29, 0, 30), datetime(2026, 3, 29, 23, 30)]  # noqa: DTZ001 — wall clock
    # and not for who asks after midnight either
    assert due(cadence, after=found[0][1] - timedelta(minutes=20), count=2) == found


def test_a_date_that_a_country_left_out_has_no_edition() -> None:
    cadence = daily("Pacific/Apia", time(7), starts_on=date(2011, 1, 1))
    found = due(cadence, after=utc(2011, 12, 28, 18), count=3)
    assert [day for day, _ in found] == [date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]
    assert [at for _, at in found] == [utc(2011, 12, 29, 17), utc(2011, 12, 30, 17), utc(2011, 12, 31, 17)]
    assert not date_exists(date(2011, 12, 30), "Pacific/Apia")
    assert date_exists(date(2011, 12, 30), "Pacific/Auckland")


RULES = st.sampled_from(
    [
        DAILY,
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;BYDAY=MO,TH",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=MO",
        "FREQ=MONTHLY;BYDAY=-1SU",
        "FREQ=MONTHLY;BYMONTHDAY=1,15,31",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=3,10,11;BYDAY=SU",
    ]
)
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 45, 59]))
STARTS = st.dates(date(2000, 1, 1), date(2035, 12, 31))
CADENCES = st.builds(Cadence, RULES, STARTS, TIMES, st.sampled_from(ZONES))


def rule_dates(cadence: Cadence) -> Iterator[date]:
    """The dates a rule names, counted by hand for the rules used here."""
    parts = dict(part.split("=") for part in cadence.recurrence.split(";"))
    interval = int(parts.get("INTERVAL", 1))
    for number in range(420):
        day = cadence.starts_on + timedelta(days=number)
        monday = cadence.starts_on - timedelta(days=cadence.starts_on.weekday())
        name = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][day.weekday()]
        month_ends = (day + timedelta(days=1)).month != day.month
        rest = [d for n in range(1, 7) if (d := day + timedelta(days=n)).month == day.month]
        match cadence.recurrence:
            case "FREQ=DAILY" | "FREQ=DAILY;INTERVAL=3":
                named = number % interval == 0
            case "FREQ=WEEKLY;BYDAY=MO,TH" | "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=MO":
                named = name in parts["BYDAY"] and (day - monday).days // 7 % interval == 0
            case "FREQ=MONTHLY;BYDAY=-1SU":
                named = name == "SU" and (day + timedelta(days=7)).month != day.month
            case "FREQ=MONTHLY;BYMONTHDAY=1,15,31":
                named = day.day in (1, 15, 31)
            case "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1":
                named = day.weekday() < 5 and (month_ends or all(d.weekday() > 4 for d in rest))
            case _:
                named = day.month in (3, 10, 11) and name == "SU"
        if named:
            yield day


@settings(max_examples=60)
@given(CADENCES)
@example(Cadence(DAILY, date(2011, 12, 1), time(23, 59), "Pacific/Apia"))
@example(Cadence(DAILY, date(2026, 3, 1), time(23, 30), "America/Nuuk"))
@example(Cadence(DAILY, date(2026, 9, 1), time(2, 15), LORD_HOWE))
def test_every_date_of_the_rule_has_exactly_one_edition_on_that_date(cadence: Cadence) -> None:
    end = cadence.starts_on + timedelta(days=400)  # all clock changes of a year
    start = datetime.combine(cadence.starts_on - timedelta(days=3), time(), tzinfo=UTC)
    found = list(takewhile(lambda d: d.local_date < end, upcoming(cadence, after=start)))
    expected = [day for day in rule_dates(cadence) if day < end and date_exists(day, cadence.time_zone)]
    assert [d.local_date for d in found] == expected
    assert all(one.at < two.at for one, two in pairwise(found))
    for d in found:
        assert d.at.tzinfo is UTC
        local = d.at.astimezone(ZoneInfo(cadence.time_zone))
        jumped = local.replace(tzinfo=None) - datetime.combine(d.local_date, cadence.send_time)
        # on its date at its time, or later by what the clocks jumped, which may reach past midnight
        assert timedelta() <= jumped <= timedelta(hours=2)
        before = (d.at - timedelta(hours=3)).astimezone(local.tzinfo)
        assert jumped in (timedelta(), (local.utcoffset() or timedelta()) - (before.utcoffset() or timedelta()))


@given(CADENCES, st.datetimes(datetime(2000, 1, 1), datetime(2036, 1, 1)))  # noqa: DTZ001 — made aware below
def test_asking_from_the_middle_gives_the_rest_of_the_same_series(cadence: Cadence, asked: datetime) -> None:
    after = asked.replace(tzinfo=UTC)
    found = list(islice(upcoming(cadence, after=after), 3))
    assume(found)
    assert found[0].at > after
    assert list(islice(upcoming(cadence, after=found[0].at), 2)) == found[1:]
    earlier = list(islice(upcoming(cadence, after=found[0].at - timedelta(days=4)), 6))
    assert found[0] in earlier
    assert not [d for d in earlier if after < d.at < found[0].at]


def test_a_rule_that_ended_is_due_no_more() -> None:
    start = date(2026, 1, 1)
    counted = Cadence("FREQ=DAILY;COUNT=3", start, time(7), "UTC")
    assert len(list(upcoming(counted, after=utc(2025, 1, 1)))) == 3
    until = Cadence("FREQ=DAILY;UNTIL=20260103", start, time(7), NEW_YORK)
    assert [d.local_date.day for d in upcoming(until, after=utc(2025, 1, 1))] == [1, 2, 3]
    assert list(upcoming(until, after=utc(2026, 1, 4))) == []


def test_a_publication_that_starts_later_is_due_from_its_first_day_on() -> None:
    cadence = daily(JERUSALEM, time(6), starts_on=date(2026, 6, 1))
    for asked in (utc(2026, 1, 1), utc(2001, 1, 1)):
        assert due(cadence, after=asked, count=1) == [(date(2026, 6, 1), utc(2026, 6, 1, 3))]


def test_nothing_is_planned_further_than_five_years_ahead() -> None:
    leap = Cadence("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", date(2026, 1, 1), time(7), "UTC")
    assert list(upcoming(leap, after=utc(2026, 1, 1))) == [Due(date(2028, 2, 29), utc(2028, 2, 29, 7))]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Nowhere",
        "america",
        "America",
        "../../etc/passwd",
        "/etc/localtime",
        "localtime",
        "posixrules",
        "right/UTC",
        "Factory",
        "\x00",
        "x" * 5000,
        "zone.tab",
        "Europe/Berlin ",
    ],
)
def test_what_is_no_place_with_a_clock_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="time zone"):
        zone(name)


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        (utc(2026, 1, 5, 22, 59), None),
        (utc(2026, 1, 5, 23), utc(2026, 1, 6, 6)),  # midnight in Berlin
        (utc(2026, 1, 6, 5, 59), utc(2026, 1, 6, 6)),
        (utc(2026, 1, 6, 6), None),
        (utc(2026, 3, 29, 0, 30), utc(2026, 3, 29, 5)),  # the night that is an hour shorter
        (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 6)),  # and the one that is an hour longer
    ],
)
def test_quiet_hours_end_when_the_clock_says_so(at: datetime, ends: datetime | None) -> None:
    assert hours_end(at, start=time(0), end=time(7), time_zone="Europe/Berlin") == ends


@given(
    at=st.datetimes(datetime(2025, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 — hypothesis puts the zone on
    start=st.times(),
    end=st.times(),
    zone_name=st.sampled_from(ZONES),
)
def test_hours_that_end_are_over_at_their_end(at: datetime, start: time, end: time, zone_name: str) -> None:
    assume(start != end)
    until = hours_end(at, start=start, end=end, time_zone=zone_name)
    if until is None:
        local = at.astimezone(ZoneInfo(zone_name))
        # outside of them by the clock as well, but for the days on which clocks change
        if all(local.utcoffset() == (local + timedelta(days=d)).utcoffset() for d in (-2, 2)):
            assert not is_within_hours(local.time(), start, end)
        return
    assert at < until <= at + timedelta(hours=26)
    following = hours_end(until, start=start, end=end, time_zone=zone_name)
    assert following is None or following > until
