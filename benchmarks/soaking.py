"""Ordinary work for half an hour: many editions wait, events arrive all the time, every two minutes an edition is sent.

    python -m benchmarks.soaking SECONDS EVERY   prints what the ops page says as JSON, a line every so many seconds

A script, in the environment of the product's processes. The soak fails on a false verdict: workers are reported as down
although they run, or anything else that a person would have to look at.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import django
import psycopg

from benchmarks import fleets, newsrooms, watching, webhooks
from benchmarks.stage import Stage
from benchmarks.table import Line
from tests.support.ports import free_port
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from benchmarks.measuring import Plan

MINUTES, WAITING = 30.0, 53
READERS = 20_000  # of each edition that is sent
EVENTS = 1_000  # a minute
MAX_EVENTS = 100  # in a post
BETWEEN = 120.0  # seconds between two editions
LOOK = 5.0  # seconds between two looks at the verdict
WARM_UP = 15.0


def measure(stage: Stage, plan: "Plan") -> Iterator[Line]:
    """The lines of this part."""
    scale = min(1.0, plan.scale)
    seconds = 60 * (plan.minutes or max(0.25, MINUTES * scale))
    between, look = min(BETWEEN, seconds / 3), min(LOOK, seconds / 10)
    readers = min(READERS, plan.readers)
    editions = int(seconds // between) + 1
    made = newsrooms.fill(stage, scale, readers, publications=WAITING + editions)
    provider = webhooks.Provider(port := free_port())
    stage.environment |= {"WEB_PORT": str(port), "SENDGRID_WEBHOOK_KEY": provider.public}
    commands = stage.do("-m", "benchmarks.product", "commands")
    web = stage.run("web", *commands["web"], environment=stage.environment)
    wait_until(lambda: webhooks.is_up(port), timeout=60, what="the web server")
    fleet = fleets.product(stage, processes=1, pictures=True)
    try:
        time.sleep(WARM_UP)
        app = [web.pid, *fleet.app()]
        whole = [*app, *stage.backing()]
        cpu, memory, began = watching.cpu(whole), watching.memory(app), time.monotonic()
        words = ["-m", "benchmarks.soaking", f"{seconds:.0f}", f"{look:g}"]
        looks = stage.run("looks", *words, environment=stage.environment)
        editions_sent, events_posted = _send_and_post(
            stage, provider, made["waiting"][:editions], seconds=seconds, between=between
        )
        taken = time.monotonic() - began
        share, grown = (watching.cpu(whole) - cpu) / taken, watching.memory(app) / memory
        wait_until(lambda: not looks.is_running, timeout=60, what="the last look")
    finally:
        fleet.end()
    samples = [json.loads(line) for line in looks.log.read_text().splitlines() if line.startswith('{"level"')]
    down = [each for each in samples if "no-workers" in each["pages"]]
    other = [each for each in samples if each["level"] == "broken" and each not in down]
    oldest, late = (max((each[name] for each in samples), default=0.0) for name in ("oldest_post", "oldest_message"))
    note = f"{len(samples)} looks in {taken / 60:.1f} minutes, {WAITING} waiting editions"
    yield Line("soak", "looks that say that workers are down", len(down), "", most=0, note=_first(down) or note)
    yield Line("soak", "looks with another problem", len(other), "", most=0, note=_first(other))
    yield Line(
        "soak", "editions sent, each reader once", editions_sent, "", note=f"the first to {readers:,}, as in the sink"
    )
    yield Line("soak", "events, all processed", events_posted, "", note=f"{EVENTS:,} a minute")
    yield Line("soak", "oldest post that waited", oldest, "s", most=30)
    yield Line("soak", "oldest message in a worker queue", late, "s", most=30)
    yield Line("soak", "share of one core", share, "", note="the looks and the sink are not in it")
    yield Line("soak", "memory of the app, at the end / at the beginning", grown, "x", most=1.2)


def _first(samples: list[dict[str, Any]]) -> str:
    return str(samples[0]["sentence"]) if samples else ""


def _send_and_post(
    stage: Stage, provider: webhooks.Provider, editions: list[int], *, seconds: float, between: float
) -> tuple[int, int]:
    """Send these editions and post events of the first until the time is over. Return how many of each."""
    began, editions_sent, events_posted, next_at = time.monotonic(), 0, 0, 0.0
    events: Iterator[dict[str, Any]] = iter(())
    while (passed := time.monotonic() - began) < seconds:
        if passed >= next_at:
            next_at += between
            _send(stage, editions[editions_sent])
            events = events if editions_sent else _events_of(stage, editions[0])
            editions_sent += 1
        due = int((time.monotonic() - began) * EVENTS / 60) - events_posted
        post = [event for _, event in zip(range(min(due, MAX_EVENTS)), events, strict=False)]
        if post:
            provider.post([provider.sign(post)])
            events_posted += len(post)
        time.sleep(0.2 if due > MAX_EVENTS else 1.0)
    waiting = "SELECT EXISTS (SELECT 1 FROM insights_webhookpost WHERE state = 'waiting')"
    wait_until(lambda: not _is_true(stage, waiting), timeout=60, what="all posts to be processed")
    return editions_sent, events_posted


def _send(stage: Stage, edition: int) -> None:
    """Send an edition and wait until the provider has accepted every reader once."""
    stage.reset()
    stage.do("-m", "benchmarks.many_editions", "approve", "2", str(edition))

    finished = "SELECT EXISTS (SELECT 1 FROM delivery_dispatch WHERE edition_id = %s AND state = 'finished')"
    wait_until(lambda: _is_true(stage, finished, edition), timeout=120, what="the edition to be sent")
    books, summary = stage.do("-m", "benchmarks.product", "books", str(edition)), stage.summary()
    if not books["accepted"] == summary["recipients"] == summary["unique"] > 0:
        raise RuntimeError(f"Edition {edition}: {books['accepted']} accepted, {summary} at the provider.")


def _is_true(stage: Stage, question: str, *values: int) -> bool:
    """Return the database's answer to a question."""
    with psycopg.connect(stage.database, autocommit=True) as connection:
        row = connection.execute(question, values).fetchone()
    return bool(row and row[0])


def _events_of(stage: Stage, edition: int) -> Iterator[dict[str, Any]]:
    """Yield the provider's events for the readers of an edition: processed, delivered, opened."""
    calls = stage.do("-m", "benchmarks.product", "calls", str(edition))
    for kind in ("processed", "delivered", "open"):
        for call in calls:
            for subscriber in call["subscribers"]:
                yield {**webhooks.event(call, subscriber, kind), "timestamp": int(time.time())}


# --- inside the product -------------------------------------------------------------------------


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    seconds, every = map(float, sys.argv[1:])
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        sys.stdout.write(json.dumps(look()) + "\n")
        sys.stdout.flush()
        time.sleep(every)


def look() -> dict[str, Any]:
    """What the ops page says at this moment."""
    from newsletter.insights.event_backlog import event_backlog
    from newsletter.lib import clock
    from newsletter.ops.system_status import status

    now = clock.now()
    current, oldest = status(now=now), event_backlog(now=now).oldest
    return {
        "level": str(current.verdict.level),
        "sentence": current.verdict.sentence,
        "pages": [problem.page for problem in current.verdict.problems],
        "oldest_post": (now - oldest).total_seconds() if oldest else 0.0,
        "oldest_message": max(queue.oldest_seconds for queue in current.queues),
    }


if __name__ == "__main__":
    main()
