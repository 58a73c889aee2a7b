"""Copies of the tree, in which faults are put; the work tree is never changed."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.mutations import Mutation

COPIED = (
    "newsletter", "workers", "templates", "tests", "benchmarks", "deploy", "docs",
    "pyproject.toml", "README.md", "Makefile", "CHANGELOG.md", "CONTRIBUTING.md",
)  # fmt: skip
YEAR = 365 * 86_400


def copied(root: Path, tree: Path) -> Path:
    tree.mkdir(parents=True)
    for name in COPIED:
        there = root / name
        if there.is_dir():
            shutil.copytree(there, tree / name, ignore=shutil.ignore_patterns("__pycache__", "results"))
        else:
            shutil.copy2(there, tree / name)
    (tree / ".tools").symlink_to(root / ".tools")
    return tree


@contextmanager
def fault_in(file: Path, mutation: Mutation) -> Iterator[None]:
    text = file.read_text(encoding="utf-8")
    _write(file, mutation.applied(text))
    try:
        yield
    finally:
        _write(file, text)


_moments = iter(range(int(time.time()) - YEAR, int(time.time())))


def _write(file: Path, text: str) -> None:
    """With a time that it never had: compiled code is known by time and size, which a fault may leave as they are."""
    file.write_text(text, encoding="utf-8")
    moment = next(_moments)
    os.utime(file, (moment, moment))
