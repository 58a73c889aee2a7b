"""Tests run in private copies of the tree: to record what they execute, and with one fault at a time."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Queue

from tests.mutants.faults import Fault
from tests.mutants.line_map import Chosen, LineMap, write_record
from tests.mutants.private_tree import fault_in
from tests.mutants.results import NO_END, Outcome

PASSED, FAILED, NO_TESTS = 0, 1, 5  # exit codes of pytest


def record(tree: Path, files: Sequence[str], *, sources: Sequence[str], folder: Path, jobs: int, fast: bool) -> None:
    """Run these files of tests, and write into `folder` which lines of `sources` each of them executes."""
    places = {"EXECUTED_IN": str(folder), "EXECUTED_OF": os.pathsep.join(sources)}
    parallel = ["-n", str(jobs), "--dist", "loadfile"] if jobs > 1 else ["-n", "0"]
    options = ["-p", "tests.mutants.executed_lines", *parallel, *(["--fast"] if fast else [])]
    code, output = _pytest(tree, [*options, *files], more=places, limit=3600)
    if code not in (PASSED, FAILED, NO_TESTS):
        raise RuntimeError(f"The tests could not be run ({code}): {output[-2000:]}")
    for file in LineMap(folder, tree).stale(files):  # nothing of it runs here
        write_record(folder, tree, file, {})


def run_all(
    faults: Sequence[tuple[Fault, Chosen]],
    trees: Iterable[Path],
    *,
    limit: float,
    postgres: str = "",
    on_outcome: Callable[[Outcome], None],
) -> None:
    """Each fault against its tests, as many at a time as there are trees; `limit` is in seconds a fault.

    `postgres` is the address of a server for tests that use the database, and no others run.
    """
    free: Queue[Path] = Queue()
    for tree in trees:
        free.put(tree)

    def judge(one: tuple[Fault, Chosen]) -> None:
        tree = free.get()
        try:
            outcome = run(*one, tree, limit=limit, postgres=postgres)
        finally:
            free.put(tree)
        on_outcome(outcome)

    with ThreadPoolExecutor(free.qsize()) as pool:
        for done in [pool.submit(judge, one) for one in faults]:
            done.result()


def run(fault: Fault, chosen: Chosen, tree: Path, *, limit: float, postgres: str = "") -> Outcome:
    """Put the fault in, run the tests until one fails, and take it out again."""
    began = time.monotonic()

    def outcome(verdict: str, by: str = "") -> Outcome:
        seconds = time.monotonic() - began
        return Outcome(fault, verdict, by, seconds, len(chosen.tests), chosen.key, bool(postgres))  # type: ignore[arg-type]

    if not chosen.tests:
        return outcome("unnoticed")
    with fault_in(tree / fault.file, fault.mutation):
        code, output = _chosen(tree, chosen.tests, "-x", limit=limit, postgres=postgres)
    if code is None:
        return outcome("out of time")
    if code == NO_END:
        return outcome("no end", (tree / "ended").read_text(encoding="utf-8"))
    if code in (PASSED, NO_TESTS):
        return outcome("unnoticed")
    if -code in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):  # somebody else's doing
        return outcome("out of time")
    if code < 0:  # such as the end of its stack
        return outcome("noticed", f"signal {-code}")
    return outcome("noticed", next(iter(_failed(output)), "reading the tests"))


def failing(tree: Path, tests: Sequence[tuple[str, float]], *, limit: float, postgres: str = "") -> set[str]:
    """Of these tests, those that fail without any fault."""
    if not tests:
        return set()
    code, output = _chosen(tree, tests, limit=limit, postgres=postgres)
    if code == NO_END:
        return {(tree / "ended").read_text(encoding="utf-8")}
    if code not in (PASSED, FAILED, NO_TESTS):
        raise RuntimeError(f"The tests could not be run ({code}): {output[-2000:]}")
    return set(_failed(output))


def _failed(output: str) -> list[str]:
    lines = [line for line in output.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return [line.partition(" ")[2].partition(" - ")[0] for line in lines]


def _chosen(
    tree: Path, tests: Sequence[tuple[str, float]], *options: str, limit: float, postgres: str
) -> tuple[int | None, str]:
    file = tree / "chosen"
    file.write_text(json.dumps(tests), encoding="utf-8")
    files = dict.fromkeys(name.partition("::")[0] for name, _ in tests)
    options = ("-p", "tests.mutants.chosen_tests", "-n", "0", "--tb=no", *options)
    more = {"CHOSEN_TESTS": str(file)}
    if postgres:
        options, more["TEST_DATABASE_URL"] = (*options, "--database-only"), postgres
    return _pytest(tree, [*options, *files], more=more, limit=limit)


def _pytest(tree: Path, arguments: Sequence[str], *, more: dict[str, str], limit: float) -> tuple[int | None, str]:
    """Its exit code and its words; None for the former when the time was over."""
    (tree / "tmp").mkdir(exist_ok=True)
    # inputs, hashes and the samples of long tests are the same in every run
    same = {"CI": "1", "SEED": "1", "PYTHONHASHSEED": "0", "TMPDIR": str(tree / "tmp"), "COLUMNS": "1000"}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=tree,
        env={**os.environ, **same, **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    code: int | None
    try:
        output, _ = process.communicate(timeout=limit)
        code = process.returncode
    except subprocess.TimeoutExpired:
        code, output = None, ""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # also what a test has started and left
    if code is None:
        process.communicate()
    return code, output
