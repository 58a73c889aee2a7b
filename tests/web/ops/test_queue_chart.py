"""The chart of the worker queues: what it draws, and the same in words."""

from datetime import timedelta

from newsletter.delivery.pause_models import SendingPause
from newsletter.ops.models import ReleaseStart
from newsletter.ops.queue_history import MONTH, QueueStep
from newsletter.web.ops.queue_chart import HEIGHT, WIDTH, queue_chart
from tests.support.factories import MONDAY

START = MONDAY - timedelta(hours=24)


def steps(*ages: float | None) -> list[QueueStep]:
    """A day whose last quarters of an hour have these ages."""
    padded = [None] * (96 - len(ages)) + list(ages)
    starts = [START + number * timedelta(minutes=15) for number in range(96)]
    return [QueueStep(at, age, None if age is None else 7) for at, age in zip(starts, padded, strict=True)]


def test_without_readings_there_is_no_chart() -> None:
    assert queue_chart(steps(), [], now=MONDAY) is None


def test_the_words_say_what_the_bars_show() -> None:
    chart = queue_chart(steps(0, 30, 400), [], now=MONDAY)
    assert chart
    assert chart.summary == (
        "In the last 24 hours the oldest task waited 6 min at most, at about 11:45 UTC. Workers took 21 tasks. "
        "There are no readings for 23 h."
    )
    assert [bar.height for bar in chart.bars] == [1.0, 4.0, 53.3]
    assert chart.top == "15 min"
    assert chart.rows[-1] == ("11:00–12:00", "6 min", "21")
    assert chart.rows[0] == ("12:00–13:00", "no readings", "")


def test_every_bar_stays_inside_also_after_a_very_long_wait() -> None:
    chart = queue_chart(steps(*[10.0**number for number in range(7)]), [], now=MONDAY)
    assert chart
    for bar in chart.bars:
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH


def test_a_pause_is_a_band_that_ends_with_it() -> None:
    day = timedelta(days=1)
    pauses = [
        SendingPause(reason="rain", since=MONDAY - day / 2, ended_at=MONDAY - day / 4, until=MONDAY),
        SendingPause(reason="old", since=MONDAY - 3 * day, ended_at=MONDAY - 2 * day),
        SendingPause(reason="now", since=MONDAY - 3 * day),
    ]
    chart = queue_chart(steps(1), pauses, now=MONDAY)
    assert chart
    assert [(band.x, band.width) for band in chart.pauses] == [(480, 240), (0, 960)]
    assert chart.pauses[0].words == "All sending paused from 00:00 to 06:00 UTC: rain"


def test_a_release_is_a_mark_inside_the_chart() -> None:
    at = MONDAY - timedelta(hours=12)
    marks = [ReleaseStart(version="1.1", at=at), ReleaseStart(version="1.2", at=MONDAY + timedelta(minutes=14))]
    chart = queue_chart(steps(1), [], marks, now=MONDAY)
    assert chart
    assert [(mark.x, mark.words) for mark in chart.releases] == [
        (480, "Release 1.1 started at 00:00 UTC"),
        (958, "Release 1.2 started at 12:14 UTC"),
    ]


def test_a_month_says_its_days_and_does_not_miss_readings_of_the_hours_to_come() -> None:
    starts = MONTH.starts(MONDAY)
    ages = [None if at > MONDAY or at < starts[4] else 90.0 for at in starts]
    chart = queue_chart(
        [QueueStep(at, age, None if age is None else 5) for at, age in zip(starts, ages, strict=True)],
        [SendingPause(reason="rain", since=starts[8], ended_at=starts[12])],
        now=MONDAY,
        span=MONTH,
    )
    assert chart
    assert chart.summary == (
        "In the last 30 days the oldest task waited 1 min at most, at about 2026-10-26 00:00 UTC. "
        "Workers took 575 tasks. There are no readings for 24 h."
    )
    assert (chart.rows[0], chart.rows[-1]) == (("2026-10-25", "no readings", ""), ("2026-11-23", "1 min", "15"))
    assert [(band.x, band.width) for band in chart.pauses] == [(64, 32)]
    assert chart.pauses[0].words == "All sending paused from 2026-10-27 00:00 to 2026-10-28 00:00 UTC: rain"
