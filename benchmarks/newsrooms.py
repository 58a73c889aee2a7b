"""The parts about a large newsroom: pages, acts and periodic tasks of the desk, and what the idle fleet costs."""

import json
import time
from collections.abc import Iterator
from typing import Any

import psycopg

from benchmarks import fleets, watching
from benchmarks.fleets import Fleet
from benchmarks.stage import Stage
from benchmarks.table import Line

PUBLICATIONS, STORIES, EDITIONS = 51, 1_000, 750
LEAST_STORIES = 150  # what the acts that are measured need
IDLE, WARM_UP = 120.0, 15.0  # seconds
AHEAD = 10  # seconds until editions that are approved together are due
LIMIT = 300  # seconds until all must be sent
MUST, AIM = 100, 30  # milliseconds of server time


def fill(stage: Stage, scale: float, readers: int, *, publications: int = 0) -> dict[str, Any]:
    """A newsroom of that size, or with so many publications; the ids in it."""
    publications = publications or int(max(5, PUBLICATIONS * scale))
    sizes = [publications, max(LEAST_STORIES, STORIES * scale), max(30, publications + 5, EDITIONS * scale)]
    made: dict[str, Any] = stage.do("-m", "benchmarks.newsroom", str(readers), *(str(int(size)) for size in sizes))
    return made


def desk(stage: Stage, scale: float, readers: int) -> Iterator[Line]:
    """A line for each page, act and task."""
    made = fill(stage, min(1.0, scale), readers)
    part = "desk" if stage.postgres else "desk, SQLite"
    database = [str(pid) for pid in stage.backing()[1:]]
    quiet = {"LOG_LEVEL": "ERROR", "ALLOWED_HOSTS": "testserver"}
    for one in stage.do("-m", "benchmarks.desk_pages", json.dumps(made), *database, environment=quiet):
        cpu = f"CPU {one['app_cpu']:.0f} app + {one['database_cpu']:.0f} database"
        size = f", {one['kilobytes']:.0f} KB" if one["kilobytes"] else ""
        note = f"95th percentile {one['late']:.0f} ms, {one['queries']} queries, {cpu}{size}"
        aim = AIM if one["kind"] != "task" else None
        yield Line(part, f"{one['kind']}: {one['what']}", one["median"], "ms", most=MUST, aim=aim, note=note)


def idle(stage: Stage, scale: float, fleet: Fleet, what: str, *, must: float, aim: float) -> Iterator[Line]:
    """What the fleet costs while nothing is due: the share of a core, and the database sessions that it opens."""
    time.sleep(WARM_UP * min(1.0, scale))
    seconds = max(2.0, IDLE * min(1.0, scale))
    whole = [*fleet.app(), *stage.backing()]
    before, sessions, began = watching.cpu(whole), _sessions(stage), time.monotonic()
    time.sleep(seconds)
    taken = time.monotonic() - began
    share = (watching.cpu(whole) - before) / taken
    yield Line("idle", f"share of one core, {what}", share, "", most=must, aim=aim, note=f"over {taken:.0f} s")
    yield Line("idle", f"new database sessions, {what}", (_sessions(stage) - sessions) / taken, "/s")


def _sessions(stage: Stage) -> int:
    """How many sessions were opened in this database so far."""
    with psycopg.connect(stage.database, autocommit=True) as connection:
        row = connection.execute("SELECT sessions FROM pg_stat_database WHERE datname = current_database()").fetchone()
    return int(row[0]) if row else 0


def fairness(stage: Stage, scale: float, readers: int, processes: int) -> Iterator[Line]:
    """All waiting editions become due at one moment: when the first and the last email of each is accepted."""
    made = fill(stage, min(1.0, scale), readers)
    large, *small = made["waiting"]
    fleet = fleets.product(stage, processes=processes)
    try:
        time.sleep(WARM_UP * min(1.0, scale))
        words = [str(AHEAD), str(large), *map(str, small)]
        due = float(stage.do("-m", "benchmarks.many_editions", "approve", *words)["due"])
        ends = due + LIMIT
        while True:
            time.sleep(1)
            found = stage.do("-m", "benchmarks.many_editions", "times", *words[1:])
            if len(found) == len(made["waiting"]) and all(
                sum(count for _, count in each["calls"]) == each["planned"] for each in found.values()
            ):
                break
            if time.time() > ends:
                raise RuntimeError(f"{len(found)} of {len(made['waiting'])} editions were opened in {LIMIT} s")
    finally:
        fleet.end()
    firsts = {pk: each["calls"][0][0] - due for pk, each in found.items()}
    of_large = found[str(large)]
    half, sent = 0.0, 0
    for at, count in of_large["calls"]:
        sent += count
        if sent >= of_large["planned"] / 2:
            half = at - due
            break
    small_done = max(found[str(pk)]["calls"][-1][0] - due for pk in small)
    note = f"{len(found)} editions due together, one with {readers:,} readers"
    yield Line("fairness", "first email of the last small edition", max(firsts[str(pk)] for pk in small), "s", most=3,
               note=note)  # fmt: skip
    yield Line("fairness", "first email of the large edition", firsts[str(large)], "s", most=3)
    yield Line("fairness", "all small editions done / the large one half way", small_done / half, "x", most=1,
               note=f"{small_done:.1f} s and {half:.1f} s")  # fmt: skip
    yield Line("fairness", "the large edition done", of_large["calls"][-1][0] - due, "s")
