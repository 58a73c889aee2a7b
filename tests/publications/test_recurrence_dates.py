"""Which dates a rule names: those that another reader of the RFC finds, at a cost that does not grow with its age."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st

from newsletter.lib.errors import BadInput
from newsletter.publications.recurrence import WEEKDAYS, parse
from newsletter.publications.recurrence_dates import MAX_COUNT, MAX_COUNTED_YEARS, Rule
from newsletter.publications.schedule import Cadence, due_on, upcoming

START = date(2026, 1, 1)
FIVE_YEARS = 366 * 5 + 1


def numbers(name: str, least: int, most: int) -> st.SearchStrategy[str]:
    found = st.lists(st.integers(least, most).filter(bool), min_size=1, max_size=4, unique=True)
    return found.map(lambda chosen: f"{name}={','.join(map(str, chosen))}")


def weekdays(nth: int) -> st.SearchStrategy[str]:
    plain = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True)
    counted = st.lists(st.tuples(st.integers(-nth, nth).filter(bool), st.sampled_from(WEEKDAYS)), min_size=1)
    both = plain if not nth else plain | counted.map(lambda found: [f"{n}{day}" for n, day in found[:3]])
    return both.map(lambda days: f"BYDAY={','.join(days)}")


def rules(frequency: str, *, nth: int, most: int) -> st.SearchStrategy[str]:
    optional = [
        st.integers(1, most).map("INTERVAL={}".format),
        numbers("BYMONTH", 1, 12),
        numbers("BYMONTHDAY", -31, 31),
        numbers("BYYEARDAY", -366, 366),
        weekdays(nth),
        st.sampled_from(WEEKDAYS).map("WKST={}".format),
    ]
    parts = st.tuples(*(st.none() | part for part in optional))
    return parts.map(lambda chosen: ";".join([f"FREQ={frequency}", *filter(None, chosen)]))


RULES = (
    rules("DAILY", nth=0, most=40)
    | rules("WEEKLY", nth=0, most=10)
    | rules("MONTHLY", nth=5, most=14)
    | rules("YEARLY", nth=53, most=3)
)


def by_another(rule: str, starts_on: date, *, last: date) -> list[date]:
    """What dateutil finds; it knows no end of its looking but one that is named."""
    found = rrulestr(f"{rule};UNTIL={last:%Y%m%d}", dtstart=datetime.combine(starts_on, time()))
    return [day.date() for day in found]


@settings(max_examples=80, deadline=None)
@given(RULES, st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.integers(0, 1500))
@example("FREQ=YEARLY", date(2024, 2, 29), 0)
@example("FREQ=MONTHLY", date(2026, 1, 31), 40)
@example("FREQ=YEARLY;BYMONTH=2;BYDAY=-1FR", date(2023, 5, 5), 200)
@example("FREQ=YEARLY;BYDAY=53TH,-53TH", date(2020, 1, 1), 0)
@example("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", date(1997, 8, 5), 0)
def test_the_dates_are_those_that_another_reader_of_the_rule_finds(rule: str, starts_on: date, later: int) -> None:
    first = starts_on + timedelta(days=later)
    last = first + timedelta(days=500)
    # dateutil looks up to the year 9999 for a rule that names nothing: it is asked only where there is something
    found = list(parse(rule, starts_on=starts_on).dates(starts_on, last + timedelta(days=800)))
    assume(found and found[-1] > last)
    try:
        expected = [day for day in by_another(rule, starts_on, last=last) if day >= first]
    except IndexError:  # dateutil fails where a counted weekday lies beyond the end of its month: 21MO in September
        reject()
    assert list(parse(rule, starts_on=starts_on).dates(first, last)) == expected


@pytest.mark.parametrize(
    ("rule", "starts_on", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", START, ["2026-01-30", "2026-02-27", "2026-03-31"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,-1", START, ["2026-01-05", "2026-01-27", "2026-02-02"]),
        ("FREQ=YEARLY;BYMONTH=1,7;BYDAY=SU;BYSETPOS=2", START, ["2026-01-11", "2027-01-10", "2028-01-09"]),
        # begun in the middle of a month: its positions are counted from the first of the month all the same
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2", date(2026, 1, 10), ["2026-01-12", "2026-02-09", "2026-03-09"]),
        # a weekday with a number and one without: both are meant
        ("FREQ=MONTHLY;BYDAY=1MO,FR", START, ["2026-01-02", "2026-01-05", "2026-01-09"]),
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR", START, ["2027-01-01", "2032-12-31"]),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", START, ["2027-01-04", "2028-01-03", "2029-01-01"]),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=TH", START, ["2026-12-31", "2027-12-30", "2028-12-28"]),
    ],
)
def test_positions_and_weeks(rule: str, starts_on: date, expected: list[str]) -> None:
    found = parse(rule, starts_on=starts_on).dates(starts_on, date(2034, 1, 1))
    assert [str(day) for day in islice(found, len(expected))] == expected


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_weeks_are_numbered_as_the_calendar_does(day: date) -> None:
    number = day.isocalendar().week
    assert list(parse(f"FREQ=DAILY;BYWEEKNO={number}", starts_on=day).dates(day, day)) == [day]
    other = number % 52 + 1
    assert not list(parse(f"FREQ=DAILY;BYWEEKNO={other}", starts_on=day).dates(day, day))


def test_a_rule_that_counts_ends_where_it_would_if_walked_from_its_start() -> None:
    rule = parse("FREQ=DAILY;INTERVAL=2;COUNT=100", starts_on=START)
    walked = [START + timedelta(days=2 * n) for n in range(100)]
    assert list(rule.dates(START, date(2030, 1, 1))) == walked
    assert list(rule.dates(walked[97], date(2030, 1, 1))) == walked[97:]
    assert not list(rule.dates(walked[-1] + timedelta(days=1), date(2030, 1, 1)))


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days that a rule was held against since."""
    seen: list[date] = []
    real: Callable[[Rule, date], bool] = Rule._fits

    def noted(rule: Rule, day: date) -> bool:
        seen.append(day)
        return real(rule, day)

    monkeypatch.setattr(Rule, "_fits", noted)
    return seen


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYYEARDAY=1;BYMONTH=6",
        "FREQ=DAILY;INTERVAL=366;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYMONTHDAY=31;BYMONTH=4",
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
        "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1;BYSETPOS=300",
        "FREQ=YEARLY;INTERVAL=366;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=7",
    ],
)
def test_a_rule_that_names_no_date_is_known_after_looking_at_five_years(rule: str, looks: list[date]) -> None:
    assert next(upcoming(Cadence(rule, START, time(7), "UTC"), after=datetime(2026, 1, 1, tzinfo=UTC)), None) is None
    assert len(looks) <= FIVE_YEARS + 366  # a rule of years with positions looks at whole years


@pytest.mark.parametrize("rule", [f"FREQ=DAILY;BYYEARDAY=1;BYMONTH=6;COUNT={MAX_COUNT}", "FREQ=YEARLY;COUNT=5000"])
def test_counting_looks_at_no_more_than_the_years_that_are_counted(rule: str, looks: list[date]) -> None:
    counted = Cadence(rule, START, time(7), "UTC")
    list(upcoming(counted, after=datetime(2026, 1, 1, tzinfo=UTC)))
    assert len(looks) <= 366 * MAX_COUNTED_YEARS + FIVE_YEARS + 1
    looks.clear()
    list(upcoming(counted, after=datetime(2026, 1, 1, tzinfo=UTC)))
    assert len(looks) <= FIVE_YEARS + 1  # the end is known by now


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY"])
def test_the_next_date_is_found_from_now_and_not_from_the_start(rule: str, looks: list[date]) -> None:
    for starts_on in (date(2026, 11, 1), date(2000, 11, 1)):
        looks.clear()
        assert next(upcoming(Cadence(rule, starts_on, time(7), "UTC"), after=datetime(2026, 11, 23, tzinfo=UTC)))
        assert len(looks) <= 40


def test_a_single_day_is_asked_about_with_one_look(looks: list[date]) -> None:
    weekly = Cadence("FREQ=WEEKLY;BYDAY=MO", date(2000, 1, 1), time(7), "America/New_York")
    monday = due_on(weekly, date(2026, 11, 23))
    assert monday is not None
    assert monday.at == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert due_on(weekly, date(2026, 11, 24)) is None
    assert len(looks) == 2


def test_more_dates_than_anybody_means_are_refused() -> None:
    with pytest.raises(BadInput):
        parse(f"FREQ=DAILY;COUNT={MAX_COUNT + 1}", starts_on=START)


def test_a_rule_of_which_only_the_frequency_is_given_names_every_period() -> None:
    assert list(Rule("DAILY", START).dates(START, START + timedelta(days=2))) == [
        START + timedelta(days=n) for n in range(3)
    ]
