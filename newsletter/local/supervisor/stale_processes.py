"""Remembers which processes were started, so that the next start can end what a killed one left behind.

A process is only ended when its number, the moment it started and its command are all the ones written down.
"""

import json
import os
import signal
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from newsletter.local.supervisor import process_info


def remember(file: Path, processes: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Write down these processes (number and command), each the leader of its own group, in place of the earlier."""
    entries = []
    for pid, command in processes:
        if seen := process_info.look(pid):
            # without the first word: a Python may appear under another path than the one that was asked for
            entries.append({"pid": pid, "since": seen.since, "command": " ".join(command[1:] or command)})
    new = file.with_name(file.name + ".new")
    new.write_text(json.dumps(entries), encoding="utf-8")
    new.replace(file)


def end_leftovers(file: Path, *, grace: float = 8) -> int:
    """End the remembered processes that still live, by force after `grace` seconds; says how many there were."""
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
    left = found = [entry for entry in entries if _lives(entry)]
    for entry in left:
        with suppress(ProcessLookupError):
            os.kill(entry["pid"], signal.SIGTERM)
    deadline = time.monotonic() + grace
    while (left := [entry for entry in left if _lives(entry)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    for entry in left:
        with suppress(ProcessLookupError):
            os.killpg(entry["pid"], signal.SIGKILL)
    file.unlink(missing_ok=True)
    return len(found)


def _lives(entry: dict[str, str | int]) -> bool:
    seen = process_info.look(int(entry["pid"]))
    return seen is not None and seen.since == entry["since"] and seen.command.endswith(str(entry["command"]))
