"""Days and moments as platforms export them."""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.lib import timestamps

MOMENT = datetime(2026, 11, 20, 9, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-20 09:30:15",
        "2026-11-20T09:30:15Z",
        "2026-11-20 09:30:15 UTC",
        "2026-11-20 09:30:15 +0000",
        "2026-11-20 09:30:15 gmt",
        "2026-11-20T09:30:15.123456789Z",
        "2026-11-20T10:30:15+01:00",
        "2026-11-20 04:00:15 -0530",
        "2026-11-20 9:30:15",
        "20261120T09:30:15Z",
    ],
)
def test_a_time_is_converted_to_utc(written: str) -> None:
    assert timestamps.parse(written) == MOMENT


@pytest.mark.parametrize("written", ["2026-11-20", " 2026-11-20\u00a0", "\u20282026-11-20", "20261120", "2026‑11‑20"])
def test_a_date_stays_a_date(written: str) -> None:
    assert timestamps.parse(written) == date(2026, 11, 20)


@pytest.mark.parametrize(
    "written",
    [
        *("", "11/20/2026", "20.11.2026", "Nov 20, 2026", "2026-W47-5", "1763600000", "46346", "2026-11-31"),
        *("2026-11-20T24:00", "20261120093015", "2026112009300", "2026112001230", "2026-11-20 09:30 AM", "2026-1120"),
        *("2026-11-20 09:30:61", "2026-11-20 09:30 +99:00", "0001-01-01T00:00+10:00", "٢٠٢٦-١١-٢٠", "NaN"),
    ],
)
def test_an_ambiguous_or_unknown_format_is_rejected(written: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        timestamps.parse(written)


@given(st.text("0123456789-:TZ +UTC.", max_size=30))
def test_any_text_is_a_date_a_time_or_rejected(written: str) -> None:
    with suppress(ValueError):
        assert isinstance(timestamps.parse(written), date)
