"""Rules of whole days are taken, and what would run for ever, within a day or not at all is refused."""

from datetime import date
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.lib.errors import BadInput
from newsletter.publications.recurrence import parse

START = date(2026, 1, 1)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        " freq=daily ",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TH;WKST=SU",
        "FREQ=WEEKLY;INTERVAL=2;",
        "FREQ=MONTHLY;BYDAY=1MO,-1FR",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=YEARLY;BYMONTH=2,3;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1",
        "FREQ=YEARLY;BYMONTH=1,7;BYDAY=+2WE",
        "FREQ=YEARLY;BYYEARDAY=1,-1",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "FREQ=DAILY;COUNT=10",
        "FREQ=DAILY;UNTIL=20270101",
    ],
)
def test_rules_of_days_are_taken(rule: str) -> None:
    assert next(parse(rule, starts_on=START).dates(START, date(2031, 1, 1)))


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "nonsense",
        "FREQ=",
        "FREQ=FORTNIGHTLY",
        "FREQ=HOURLY",
        "FREQ=MINUTELY;INTERVAL=30",
        "FREQ=SECONDLY",
        "INTERVAL=2",
        "FREQ=DAILY;FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=6,18",
        "FREQ=DAILY;BYMINUTE=1",
        "FREQ=DAILY;BYSECOND=1",
        "FREQ=DAILY;BYEASTER=1",
        "FREQ=DAILY;DTSTART=20260101",
        "DTSTART:20260101T000000\nRRULE:FREQ=DAILY",
        "RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY",
        "RRULE:FREQ=DAILY\nEXDATE:20260105",
        "RDATE:20260101",
        "RRULE:RRULE:FREQ=DAILY",
        "FREQ=DAILY FREQ=WEEKLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=1.5",
        "FREQ=DAILY;INTERVAL=99999999999",
        "FREQ=DAILY;INTERVAL=٣",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=3;UNTIL=20260301",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;UNTIL=20260231",
        "FREQ=DAILY;UNTIL=20260301T120000Z",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=DAILY;BYMONTH=-1",
        "FREQ=DAILY;BYMONTH=",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYDAY=9MO",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=MO,",
        "FREQ=WEEKLY;WKST=XX",
        "FREQ=DAILY;BYSETPOS=5",
        "FREQ=WEEKLY;BYSETPOS=2",
        "FREQ=YEARLY;BYWEEKNO=54",
        "FREQ=YEARLY;BYYEARDAY=367",
        "FREQ=DAILY;X-NAME=1",
    ],
)
def test_other_rules_are_refused(rule: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(rule, starts_on=START)
    assert refused.value.field == "recurrence"
    assert refused.value.hint


NAMES = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYDAY",
    "BYMONTH",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "WKST",
    "BYSETPOS",
]
VALUES = [
    "DAILY",
    "WEEKLY",
    "MONTHLY",
    "YEARLY",
    "0",
    "1",
    "-1",
    "2",
    "53",
    "MO",
    "SU",
    "1MO",
    "-1FR",
    "MO,TU",
    "20270101",
]
PARTS = st.builds("{}={}".format, st.sampled_from(NAMES), st.sampled_from(VALUES))
RULES = st.one_of(
    st.text(max_size=30),
    st.builds(
        "{};{}".format,
        st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY"]),
        st.lists(PARTS, max_size=3).map(";".join),
    ),
)


@given(RULES)
def test_a_rule_either_counts_days_upwards_or_is_refused(rule: str) -> None:
    try:
        parsed = parse(rule, starts_on=START)
    except BadInput:
        return
    days = list(islice(parsed.dates(START, date(2031, 1, 1)), 20))
    assert all(START <= one < two for one, two in pairwise(days))
