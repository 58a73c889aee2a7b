"""`python -m tests.torture`: the long proof, as a table. Exit status 0 only if the promise was kept in every run."""

import argparse
import platform
import shutil
import sqlite3
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from newsletter.local.services.redis_server import find_server
from tests.support.postgres import Postgres
from tests.torture import pointing, running, table
from tests.torture.designs import comparing
from tests.torture.faults import DATABASES, Plan, plan
from tests.torture.staging import Stage

Points = list[dict[str, Any]]
Look = Callable[[Path, str], Points]
LIGHT = 3  # runs of a simple design at a time for one of a whole system: two processes that mostly wait
_line = threading.Lock()


def main() -> int:
    given = read_arguments()
    plans = [plan(seed, database=given.database) for seed in range(given.seed, given.seed + given.runs)]
    if given.plans:
        say("\n".join(shown(one) for one in plans))
        return 0
    folder = Path(tempfile.mkdtemp(prefix="newsletter-torture-"))
    keep = False  # what a run that went wrong has left
    postgres = Postgres.start() if given.database != "sqlite" else None
    try:
        names = [name for name in DATABASES if name in (given.database or name)]
        found, paths = find_points(names, folder, postgres, jobs=given.jobs)
        for name in names:
            say(f"Points of the send path on {name}, and what became of a batch whose worker was killed there:")
            say(pointing.listed(found[name]))
            say(f"Points of the other paths on {name}, and how an edition ended whose process was killed there:")
            say(pointing.listed_paths(paths[name]))
        broken = [point for name in names for point in (*found[name], *paths[name]) if point["breach"]]
        if given.points:
            return 1 if broken else 0
        ours = run_ours(plans, folder, jobs=given.jobs)
        theirs = [] if given.ours_only else run_theirs(plans, folder, jobs=given.jobs)
        versions = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}", find_server().title]
        if postgres:
            versions.append(f"PostgreSQL {postgres.version()}")
        circumstances = table.facts(
            ours,
            versions=versions,
            points={name: len(found[name]) for name in names},
            paths={name: len(paths[name]) for name in names},
        )
        text = f"{table.table(ours, theirs)}\n\n{circumstances}"
        say(f"\n{text}")
        if given.json:
            running.dump(ours, given.json)
        bad = [run for run in ours if run["breaches"]]
        for run in bad:
            say(f"seed {run['seed']}: {'; '.join(run['breaches'])}. What it left is in {folder / run['name']}")
        if given.write and not bad and not broken:
            table.write(given.write, text)
        keep = bool(bad)
        return 1 if bad or broken else 0
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
        if postgres:
            postgres.stop()


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="how many runs of the whole system (10)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first run; the others follow (1)")
    parser.add_argument("--jobs", type=int, default=2, help="how many runs at a time (2)")
    parser.add_argument("--database", choices=DATABASES, default="", help="only on this one (each in turn)")
    parser.add_argument("--json", type=Path, help="write every run with its story to this file")
    parser.add_argument("--write", type=Path, help="write the table into this document, between its marks")
    parser.add_argument("--points", action="store_true", help="only kill at every moment of every path, list them")
    parser.add_argument("--plans", action="store_true", help="only print what each run would do")
    parser.add_argument("--ours-only", action="store_true", help="leave the two simple designs out")
    return parser.parse_args()


def find_points(
    names: Sequence[str], folder: Path, postgres: Postgres | None, *, jobs: int
) -> tuple[dict[str, Points], dict[str, Points]]:
    """Every point of the send path, and every one of the other paths, by database."""
    with ThreadPoolExecutor(jobs) as pool:
        asked = {
            (look, name): pool.submit(look, folder / f"{look.__name__}-{name}", address(name, folder, look, postgres))
            for name in names
            for look in (pointing.paths, pointing.points)
        }
        done = {key: one.result() for key, one in asked.items()}
    return {name: done[pointing.points, name] for name in names}, {name: done[pointing.paths, name] for name in names}


def address(database: str, folder: Path, look: Look, postgres: Postgres | None) -> str:
    """A fresh, empty database."""
    if database == "sqlite":
        return f"sqlite:///{folder / look.__name__}.sqlite3"
    assert postgres is not None
    return postgres.new()


def run_ours(plans: Sequence[Plan], folder: Path, *, jobs: int) -> list[dict[str, Any]]:
    """Every plan, so many at a time. A run that cannot be brought to its end is a breach as well."""
    stage = Stage(folder)
    for database in sorted({one.database for one in plans}):
        stage.prepare(database)

    def one_run(one: Plan) -> dict[str, Any]:
        say(shown(one))
        try:
            told = running.told(running.run(one, stage, say=say))
        except Exception as error:  # noqa: BLE001  # whatever it is, the other runs go on
            traceback.print_exc()
            told = running.given_up(one, error)
        judged = "; ".join(told["breaches"]) or "promise kept"
        say(f"seed {one.seed}: {told['end']} after {told['seconds']} s; {judged}")
        return told

    try:
        with ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(one_run, plans))
    finally:
        stage.close()


def run_theirs(plans: Sequence[Plan], folder: Path, *, jobs: int) -> list[comparing.Compared]:
    """The same plans for the designs kept for comparison."""
    each = [(name, one) for name in comparing.DESIGNS for one in plans]
    with ThreadPoolExecutor(LIGHT * jobs) as pool:
        found = list(pool.map(lambda pair: comparing.compare(pair[0], pair[1], folder), each))
    for one in found:
        say(f"{one.design} seed {one.seed}: {one.doubles} doubles, {one.misses} misses")
    return found


def say(line: str) -> None:
    """A line at once, whole also with several jobs."""
    with _line:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def shown(one: Plan) -> str:
    """A plan in words."""
    events = "with evidence" if one.has_evidence else "no evidence"
    faults = "".join(f"\n  {fault.at:4.1f} s  {fault}" for fault in one.faults)
    bad = f", {len(one.bad)} bad addresses" if one.bad else ""
    return f"seed {one.seed}: {one.database}, {events}, answers after {one.pace:g} s{bad}{faults}"


if __name__ == "__main__":
    sys.exit(main())
