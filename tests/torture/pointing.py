"""Starts `points.py` beside a database of its own and reads what it found."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.house import House

LIMIT = 240  # seconds for all points, on a busy machine


def points(folder: Path, database_url: str) -> list[dict[str, Any]]:
    """Every point with its name and what became of the batch that was being sent; see `points.Point`."""
    folder.mkdir(parents=True, exist_ok=True)
    house = House(folder, DATABASE_URL=database_url, LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="newsletter.settings")
    command = [sys.executable, "-m", "tests.torture.points"]
    done = subprocess.run(
        command, env=house.environment, capture_output=True, text=True, check=False, timeout=LIMIT, cwd=folder
    )
    if done.returncode:
        raise RuntimeError(f"{done.stdout}\n{done.stderr}")
    return list(json.loads(done.stdout))


def listed(found: list[dict[str, Any]]) -> str:
    """One line for each point: its name, and what became of its batch."""
    width = max(len(point["name"]) for point in found)
    return "\n".join(
        f"{number:3}  {point['name']:{width}}  {_fate(point)}" for number, point in enumerate(found, start=1)
    )


def _fate(point: dict[str, Any]) -> str:
    if point["breach"]:
        return f"BROKEN: {point['breach']}"
    if point["state"] == "accepted":
        return "accepted once" if point["taken"] else "sent by another worker, accepted once"
    return f"uncertain and named; the postbox {'has it' if point['copies'] else 'does not have it'}"
