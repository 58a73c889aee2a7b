"""The chart of the worker queues over 24 hours, as numbers that the template draws; with the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.delivery.pause_models import SendingPause
from newsletter.ops.queue_history import SHOWN_FOR, STEP, QueueStep
from newsletter.web.shared.display_formats import duration

WIDTH, HEIGHT = 960, 120
SCALES = (
    60.0,  # an idle day looks flat
    300.0,
    900.0,
    3600.0,
    4 * 3600.0,
    24 * 3600.0,
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in the chart, with its words."""

    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class QueueChart:
    """The bars of ages, the bands of pauses, and a summary. `top` is the age at the upper edge."""

    bars: Sequence[Bar]
    pauses: Sequence[Bar]
    top: str
    summary: str
    rows: Sequence[tuple[str, str, str]]


def queue_chart(steps: Sequence[QueueStep], pauses: Sequence[SendingPause], *, now: datetime) -> QueueChart | None:
    """Return the chart; None without readings."""
    known = [step for step in steps if step.oldest_seconds is not None]
    if not known:
        return None
    start, width = steps[0].start, WIDTH / len(steps)
    worst = max(known, key=lambda step: step.oldest_seconds or 0)
    top = next((scale for scale in SCALES if scale >= (worst.oldest_seconds or 0)), worst.oldest_seconds or 0)
    bars = []
    for number, step in enumerate(steps):
        if step.oldest_seconds is not None:
            height = max(1.0, HEIGHT * step.oldest_seconds / top)
            words = f"{step.start:%H:%M} UTC: oldest task {duration(step.oldest_seconds)}, {step.taken or 0:,} taken"
            bars.append(Bar(round(number * width, 1), round(HEIGHT - height, 1), width - 1, round(height, 1), words))
    taken = sum(step.taken or 0 for step in known)
    summary = (
        f"In the last 24 hours the oldest task waited {duration(worst.oldest_seconds or 0)} at most, at about "
        f"{worst.start:%H:%M} UTC. Workers took {taken:,} tasks."
    )
    missing = len(steps) - len(known)
    if missing:
        summary += f" There are no readings for {duration(missing * STEP.total_seconds())}."
    bands = [_band(pause, start, now) for pause in pauses]
    rows = [_row(steps[first : first + 4]) for first in range(0, len(steps), 4)]
    return QueueChart(bars, [band for band in bands if band.width > 0], duration(top), summary, rows)


def _band(pause: SendingPause, start: datetime, now: datetime) -> Bar:
    def place(at: datetime) -> float:
        return round(WIDTH * min(1.0, max(0.0, (at - start) / SHOWN_FOR)), 1)

    end = pause.ended_at or min(now, pause.until or now)
    words = f"{pause.scope} paused from {pause.since:%H:%M} to {end:%H:%M} UTC: {pause.reason}"
    left = place(pause.since)
    return Bar(left, 0, max(2.0, place(end) - left) if end > start else 0, HEIGHT, words)


def _row(steps: Sequence[QueueStep]) -> tuple[str, str, str]:
    """Return one hour of the table."""
    known = [step for step in steps if step.oldest_seconds is not None]
    hour = f"{steps[0].start:%H:%M}–{steps[-1].start + timedelta(minutes=15):%H:%M}"
    if not known:
        return hour, "no readings", ""
    return hour, duration(max(step.oldest_seconds or 0 for step in known)), f"{sum(s.taken or 0 for s in known):,}"
