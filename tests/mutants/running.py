"""Tests run against copies of the tree, each with one fault in it."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import NamedTuple

from tests.mutants.mutations import Mutation, mutations

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("newsletter", "workers", "templates", "tests", "benchmarks", "deploy", "docs", "pyproject.toml", "README.md")
FAILED = (1, 2)  # of pytest: tests failed, or could not be collected
YEAR = 365 * 86_400


class Fault(NamedTuple):
    """`file` and `tests` (a folder) are relative to the tree."""

    file: str
    tests: str
    mutation: Mutation

    def __str__(self) -> str:
        one = self.mutation
        return f"{self.file}:{one.line} {one.kind}: {one.said}"


class Outcome(NamedTuple):
    """`is_noticed` is None when the tests did not come to their end. `by` is the first test that failed."""

    fault: Fault
    is_noticed: bool | None
    seconds: float
    by: str


def sample(modules: Sequence[tuple[str, str]], *, count: int, seed: int, root: Path = ROOT) -> list[Fault]:
    """Up to `count` faults in these modules (a file or folder, with the folder of its tests), in the order of files."""
    found = []
    for path, tests in modules:
        for file in sorted((root / path).rglob("*.py")) if (root / path).is_dir() else [root / path]:
            name = str(file.relative_to(root))
            if "/migrations/" not in name:
                found += [Fault(name, tests, one) for one in mutations(file.read_text(encoding="utf-8"))]
    chosen = random.Random(seed).sample(range(len(found)), min(count, len(found)))  # noqa: S311  # no secret
    return [found[at] for at in sorted(chosen)]


def run_all(
    faults: Sequence[Fault], *, jobs: int, limit: float, folder: Path, told: Callable[[Outcome], None]
) -> list[Outcome]:
    """Each fault against the tests of its package, `jobs` at a time; `limit` is in seconds a fault.

    The copies are made in `folder`. `told` gets each outcome as it comes.
    """
    trees: Queue[Path] = Queue()
    for number in range(jobs):
        trees.put(_copied(folder / f"tree{number}"))

    def judge(fault: Fault) -> Outcome:
        tree = trees.get()
        try:
            outcome = run(fault, tree, limit=limit)
        finally:
            trees.put(tree)
        told(outcome)
        return outcome

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(judge, faults))


def run(fault: Fault, tree: Path, *, limit: float) -> Outcome:
    """Put the fault in, run the tests, and take it out again."""
    file = tree / fault.file
    text = file.read_text(encoding="utf-8")
    began = time.monotonic()
    _write(file, fault.mutation.applied(text))
    try:
        code, said = pytest(tree, order_of_tests(fault, tree), limit=limit)
    finally:
        _write(file, text)
    seconds = time.monotonic() - began
    if code is None:
        return Outcome(fault, None, seconds, "")
    if code not in (0, *FAILED):
        raise RuntimeError(f"The tests could not be run: {said}")
    failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    by = failed[0].partition(" ")[2].partition(" - ")[0] if failed else "reading the tests"
    return Outcome(fault, code != 0, seconds, by if code else "")


def order_of_tests(fault: Fault, tree: Path) -> list[str]:
    """Files of tests, those first that have the module's name in their own, then those that name it at all."""
    name = Path(fault.file).stem
    files = sorted((tree / fault.tests).rglob("test_*.py"))

    def rank(file: Path) -> int:
        return 0 if name in file.stem else 1 if name in file.read_text(encoding="utf-8") else 2

    return [str(file.relative_to(tree)) for file in sorted(files, key=rank)]


def pytest(tree: Path, tests: Sequence[str], *, limit: float) -> tuple[int | None, str]:
    """Its exit code and its words; None for the former when the time was over."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        *tests,
    ]
    process = subprocess.Popen(
        command,
        cwd=tree,
        env={**os.environ, "CI": "1"},  # inputs that are the same in every run
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None, ""
    return process.returncode, said


_moments = iter(range(int(time.time()) - YEAR, int(time.time())))


def _write(file: Path, text: str) -> None:
    """With a time that it never had: compiled code is known by time and size, which a fault may leave as they are."""
    file.write_text(text, encoding="utf-8")
    moment = next(_moments)
    os.utime(file, (moment, moment))


def _copied(tree: Path) -> Path:
    tree.mkdir(parents=True)
    for name in COPIED:
        there = ROOT / name
        if there.is_dir():
            shutil.copytree(there, tree / name, ignore=shutil.ignore_patterns("__pycache__", "results"))
        else:
            shutil.copy2(there, tree / name)
    (tree / ".tools").symlink_to(ROOT / ".tools")
    return tree
