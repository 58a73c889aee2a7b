"""The chart of the worker queues over a day or a month, as numbers that the template draws; with the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.delivery.pause_models import SendingPause
from newsletter.ops.models import ReleaseStart
from newsletter.ops.queue_history import DAY, HistorySpan, QueueStep
from newsletter.web.shared.display_formats import duration

WIDTH, HEIGHT = 960, 120
MARK_WIDTH = 2
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
    """The bars of ages, the bands of pauses, the marks of releases, and a summary. `top`: the age at the upper edge."""

    span: HistorySpan
    bars: Sequence[Bar]
    pauses: Sequence[Bar]
    releases: Sequence[Bar]
    top: str
    summary: str
    rows: Sequence[tuple[str, str, str]]
    scale: str  # what the steps are


def queue_chart(
    steps: Sequence[QueueStep],
    pauses: Sequence[SendingPause],
    releases: Sequence[ReleaseStart] = (),
    *,
    now: datetime,
    span: HistorySpan = DAY,
) -> QueueChart | None:
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
            oldest = duration(step.oldest_seconds)
            words = f"{_time(step.start, span)} UTC: oldest task {oldest}, {step.taken or 0:,} taken"
            bars.append(Bar(round(number * width, 1), round(HEIGHT - height, 1), width - 1, round(height, 1), words))
    taken = sum(step.taken or 0 for step in known)
    summary = (
        f"In the last {span.words} the oldest task waited {duration(worst.oldest_seconds or 0)} at most, at about "
        f"{_time(worst.start, span)} UTC. Workers took {taken:,} tasks."
    )
    missing = sum(step.oldest_seconds is None and step.start <= now for step in steps)
    if missing:
        summary += f" There are no readings for {duration(missing * span.step.total_seconds())}."
    bands = [_band(pause, start, now, span) for pause in pauses]
    marks = [_mark(release, start, span) for release in releases]
    rows = [_row(steps[first : first + 4], span) for first in range(0, len(steps), 4)]
    if span is DAY:
        scale = f"The 24 hours up to {steps[-1].start + span.step:%H:%M} UTC, in quarters of an hour."
    else:
        scale = f"The 30 days from {start:%Y-%m-%d} to today (UTC), in quarters of a day."
    return QueueChart(
        span, bars, [band for band in bands if band.width > 0], marks, duration(top), summary, rows, scale
    )


def _time(at: datetime, span: HistorySpan) -> str:
    return f"{at:%H:%M}" if span is DAY else f"{at:%Y-%m-%d %H:%M}"


def _place(at: datetime, start: datetime, span: HistorySpan) -> float:
    return round(WIDTH * min(1.0, max(0.0, (at - start) / span.shown_for)), 1)


def _band(pause: SendingPause, start: datetime, now: datetime, span: HistorySpan) -> Bar:
    end = pause.ended_at or min(now, pause.until or now)
    words = f"{pause.scope} paused from {_time(pause.since, span)} to {_time(end, span)} UTC: {pause.reason}"
    left = _place(pause.since, start, span)
    return Bar(left, 0, max(2.0, _place(end, start, span) - left) if end > start else 0, HEIGHT, words)


def _mark(release: ReleaseStart, start: datetime, span: HistorySpan) -> Bar:
    words = f"Release {release.version} started at {_time(release.at, span)} UTC"
    return Bar(min(WIDTH - MARK_WIDTH, _place(release.at, start, span)), 0, MARK_WIDTH, HEIGHT, words)


def _row(steps: Sequence[QueueStep], span: HistorySpan) -> tuple[str, str, str]:
    """Return one line of the table: an hour or a day."""
    known = [step for step in steps if step.oldest_seconds is not None]
    if span is DAY:
        name = f"{steps[0].start:%H:%M}–{steps[-1].start + timedelta(minutes=15):%H:%M}"
    else:
        name = f"{steps[0].start:%Y-%m-%d}"
    if not known:
        return name, "no readings", ""
    return name, duration(max(step.oldest_seconds or 0 for step in known)), f"{sum(s.taken or 0 for s in known):,}"
