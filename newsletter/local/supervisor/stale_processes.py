"""Records which processes were started, so that the next start can end those that a killed run left behind.

A process is ended only when its pid, its start time and its command are all as recorded.
"""

import json
import os
import signal
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from newsletter.local.supervisor import process_info

START_TOLERANCE_SECONDS = 2  # Linux derives the start time from the clock, which may be adjusted between two readings


def record_processes(file: Path, processes: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Replace the record with these processes (pid and command), each the leader of its own group."""
    entries = []
    for pid, command in processes:
        if found := process_info.identify(pid):
            # without the program's name: Python may appear under another path than the requested one
            entries.append({"pid": pid, "started_at": found.started_at, "command": " ".join(command[1:] or command)})
    new = file.with_name(file.name + ".new")
    new.write_text(json.dumps(entries), encoding="utf-8")
    new.replace(file)


def end_stale_processes(file: Path, *, grace: float = 8) -> int:
    """End the recorded processes that still run, by force after `grace` seconds, and return their number."""
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
    alive = found = [entry for entry in entries if _is_running(entry)]
    for entry in alive:
        with suppress(ProcessLookupError):
            os.kill(entry["pid"], signal.SIGTERM)
    deadline = time.monotonic() + grace
    while (alive := [entry for entry in alive if _is_running(entry)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    for entry in alive:
        with suppress(ProcessLookupError):
            os.killpg(entry["pid"], signal.SIGKILL)
    file.unlink(missing_ok=True)
    return len(found)


def _is_running(entry: dict[str, Any]) -> bool:
    found = process_info.identify(entry["pid"])
    return (
        found is not None
        and abs(found.started_at - entry.get("started_at", 0)) < START_TOLERANCE_SECONDS
        and found.command.endswith(entry["command"])
    )
