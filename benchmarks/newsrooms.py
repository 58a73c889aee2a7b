"""The parts about a large newsroom: pages, acts and periodic tasks of the desk, and what the idle fleet costs."""

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.stage import Stage
from benchmarks.table import Line

PUBLICATIONS, STORIES, EDITIONS = 51, 1_000, 750
LEAST_STORIES = 150  # what the acts that are measured need
MUST, AIM = 100, 30  # milliseconds of server time


def fill(stage: Stage, scale: float, readers: int) -> dict[str, Any]:
    """A newsroom of that size; the ids in it."""
    sizes = [max(5, PUBLICATIONS * scale), max(LEAST_STORIES, STORIES * scale), max(30, EDITIONS * scale)]
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
