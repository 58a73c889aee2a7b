"""Times, spans and numbers as people say them; states in plain words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.models import Edition, EditionState
from newsletter.publications.models import Publication
from newsletter.web.shared import display_formats
from newsletter.web.shared.edition_status import edition_status

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (NOW, "today, 07:00"),
        (NOW + timedelta(days=1), "tomorrow, 07:00"),
        (NOW - timedelta(days=1), "yesterday, 07:00"),
        (NOW + timedelta(hours=17), "tomorrow, 00:00"),
        (NOW + timedelta(days=9), "Wed 2 Dec, 07:00"),
        (datetime(2027, 7, 1, 12, tzinfo=UTC), "Thu 1 Jul 2027, 08:00"),
    ],
)
def test_a_moment_is_said_on_the_publications_own_clock(value: datetime, said: str) -> None:
    assert display_formats.moment(value, NEW_YORK, now=NOW) == said


@pytest.mark.parametrize(
    ("zone", "said"), [("America/New_York", "EST"), ("Asia/Jerusalem", "IST"), ("Asia/Dubai", "UTC+04"), ("UTC", "UTC")]
)
def test_a_clock_is_named_shortly(zone: str, said: str) -> None:
    assert display_formats.zone_name(NOW, ZoneInfo(zone)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (3540, "59 min"),
        (3600, "1 h"),
        (12000, "3 h 20 min"),
        (40000, "11 h"),
        (172800, "2 days"),
    ],
)
def test_a_span_has_one_or_two_units(seconds: float, said: str) -> None:
    assert display_formats.duration(seconds) == said


def test_what_is_ahead_and_what_is_past_are_told_apart() -> None:
    ahead, past = (display_formats.relative_time(NOW + timedelta(minutes=m), now=NOW) for m in (5, -5))
    assert (ahead, past, display_formats.relative_time(NOW, now=NOW)) == ("in 5 min", "5 min ago", "now")


@given(seconds=st.floats(min_value=-1e9, max_value=1e9))
def test_every_span_can_be_said(seconds: float) -> None:
    assert display_formats.duration(seconds).split()[0].isdecimal()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (NOW, "07:00 today"),
        (NOW - timedelta(days=1), "07:00 yesterday"),
        (NOW - timedelta(days=5), "07:00 on Wed 18 Nov"),
    ],
)
def test_the_time_stands_before_the_day_after_by(value: datetime, said: str) -> None:
    assert display_formats.by_moment(value, NEW_YORK, now=NOW) == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Waiting for the lawyer", "Waiting for the lawyer."),
        ("Waiting for the lawyer. ", "Waiting for the lawyer."),
        ("Is it true?", "Is it true?"),
        ("She said “wait.”", "She said “wait.”"),
        ("Wait (for her)", "Wait (for her)."),
        ("", ""),
    ],
)
def test_a_full_stop_is_put_only_where_none_stands(words: str, said: str) -> None:
    assert display_formats.with_full_stop(words) == said


@pytest.mark.parametrize(("number", "said"), [(0, "0 readers"), (1, "1 reader"), (2500, "2,500 readers")])
def test_numbers_agree_with_their_nouns(number: int, said: str) -> None:
    assert display_formats.pluralize(number, "reader") == said


@pytest.mark.parametrize(
    ("url", "said"), [("https://www.example.org/a", "example.org"), ("https://e.org:8000/", "e.org")]
)
def test_a_link_is_known_by_its_site(url: str, said: str) -> None:
    assert display_formats.host(url) == said


def edition(state: EditionState, *, due_in: timedelta, reason: str = "") -> Edition:
    publication = Publication(name="Post", time_zone="America/New_York", lateness_limit_minutes=180)
    due_at = NOW + due_in
    return Edition(
        publication=publication, state=state, due_at=due_at, assemble_at=due_at - timedelta(hours=1), reason=reason
    )


HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "due_in", "said"),
    [
        (EditionState.PLANNED, 3 * HOURS, "built from the queue today, 09:00"),
        (EditionState.PLANNED, 0 * HOURS, "as soon as there are enough stories"),
        (EditionState.ASSEMBLED, 1 * HOURS, "if someone approves it before then"),
        (EditionState.ASSEMBLED, -1 * HOURS, "it is sent at once"),
        (EditionState.ASSEMBLED, -4 * HOURS, "not approved in time"),
        (EditionState.APPROVED, 1 * HOURS, "Sends automatically today, 08:00"),
        (EditionState.APPROVED, 0 * HOURS, "starts within moments"),
        (EditionState.DISPATCHING, 0 * HOURS, "being submitted to the provider"),
        (EditionState.DISPATCHED, 0 * HOURS, "Sent to all readers."),
        (EditionState.HELD, 0 * HOURS, "Lawyers. The edition is not sent until someone releases it."),
        (EditionState.CANCELLED, 0 * HOURS, "Lawyers. The edition will not be sent."),
    ],
)
def test_every_state_says_what_happens_next(state: EditionState, due_in: timedelta, said: str) -> None:
    reason = "Lawyers." if state in (EditionState.HELD, EditionState.CANCELLED) else ""
    found = edition_status(edition(state, due_in=due_in, reason=reason), pauses=[], now=NOW)
    assert said in found.sentence
    assert found.tone in {"calm", "live", "good", "warn", "bad"}


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Waiting for the lawyer", "Waiting for the lawyer. The edition is not sent until someone releases it."),
        ("", "The edition is not sent until someone releases it."),
    ],
)
def test_a_reason_and_what_follows_are_two_sentences(reason: str, said: str) -> None:
    assert edition_status(edition(EditionState.HELD, due_in=HOURS, reason=reason), pauses=[], now=NOW).sentence == said
