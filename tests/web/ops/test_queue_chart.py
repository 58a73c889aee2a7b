"""The chart of the worker queues: what it draws, and the same in words."""

from datetime import timedelta

from newsletter.delivery.pause_models import SendingPause
from newsletter.ops.queue_history import QueueStep
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
