"""Starts `points.py` and `walking.py`, each beside a database of its own, and reads what they found."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.system import System

LIMIT = 900  # seconds for all points, on a busy machine


def points(folder: Path, database_url: str) -> list[dict[str, Any]]:
    """Every point with its name and what became of the batch that was being sent; see `points.Point`."""
    return some_points(folder, database_url, most=None, seed=0)[1]


def some_points(
    folder: Path, database_url: str, *, most: int | None, seed: int
) -> tuple[list[str], list[dict[str, Any]]]:
    """The names of all points, and about `most` points."""
    found = _found("tests.torture.points", folder, database_url, most, seed)
    return found["names"], found["points"]


def paths(folder: Path, database_url: str, *, most: int | None = None, seed: int = 0) -> list[dict[str, Any]]:
    """Every moment of the other paths, or `most` of each, and what became of the edition; see `walking.Walk`."""
    return list(_found("tests.torture.walking", folder, database_url, most, seed))


def _found(program: str, folder: Path, database_url: str, most: int | None, seed: int) -> Any:
    words = [] if most is None else [str(most), str(seed)]
    folder.mkdir(parents=True, exist_ok=True)
    system = System(folder, DATABASE_URL=database_url, LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="newsletter.settings")
    command = [sys.executable, "-m", program, *words]
    done = subprocess.run(
        command, env=system.environment, capture_output=True, text=True, check=False, timeout=LIMIT, cwd=folder
    )
    if done.returncode:
        raise RuntimeError(f"{done.stdout}\n{done.stderr}")
    return json.loads(done.stdout)


def listed(found: list[dict[str, Any]]) -> str:
    """One line for each point: its name, and what became of its batch."""
    width = max(len(point["name"]) for point in found)
    return "\n".join(
        f"{number:3}  {point['name']:{width}}  {_fate(point)}" for number, point in enumerate(found, start=1)
    )


def listed_paths(found: list[dict[str, Any]]) -> str:
    """One line for each point of the other paths: its name, and how its edition stood when it had come to rest."""
    width = max(len(point["name"]) for point in found)
    return "\n".join(
        f"{point['number']:3}  {point['name']:{width}}  "
        f"{'BROKEN: ' + point['breach'] if point['breach'] else point['state']}"
        for point in found
    )


def _fate(point: dict[str, Any]) -> str:
    if point["breach"]:
        return f"BROKEN: {point['breach']}"
    if point["state"] == "accepted":
        return "accepted once" if point["taken"] else "sent by another worker, accepted once"
    return f"uncertain and named; the postbox {'has it' if point['copies'] else 'does not have it'}"
