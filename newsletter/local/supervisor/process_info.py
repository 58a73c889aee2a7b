"""What the operating system tells of a process: does it live, since when, which program, how much memory.

Linux tells in /proc, other systems through `ps`. Nothing is ended here.
"""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")


class ProcessIdentity(NamedTuple):
    """A live process. Its number may be given to another one later; number and `since` together may not."""

    since: str  # the moment it started, in whatever form the system tells it
    command: str  # its words, parted by blanks


def look(pid: int) -> ProcessIdentity | None:
    """The process numbered `pid`, or None when there is none, or only its remains wait to be collected."""
    return _read_proc(pid) if (PROC / "self" / "stat").exists() else ask_ps(pid)


def _read_proc(pid: int) -> ProcessIdentity | None:
    try:
        stat = (PROC / str(pid) / "stat").read_text(errors="replace")
        command = (PROC / str(pid) / "cmdline").read_bytes()
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    # proc(5): the second field is the program's name in brackets and may hold anything, blanks and brackets too
    state, *rest = stat.rpartition(")")[2].split()
    if state in "ZX":
        return None
    return ProcessIdentity(f"{boot} {rest[18]}", command.rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace"))


def ask_ps(pid: int) -> ProcessIdentity | None:
    """The same through `ps`, whose `lstart` is five words long: `Mon Nov 23 19:34:05 2026`."""
    asked = subprocess.run(  # noqa: S603 - a fixed program and a number
        ["ps", "-ww", "-o", "stat=", "-o", "lstart=", "-o", "command=", "-p", str(pid)],  # noqa: S607 - see above
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "LC_ALL": "C"},
        check=False,
    )
    words = asked.stdout.split(maxsplit=6)
    if len(words) < 7 or words[0].startswith("Z"):
        return None
    return ProcessIdentity(" ".join(words[1:6]), words[6].strip())


def memory(groups: Iterable[int], *, process: int) -> int | None:
    """Bytes that these process groups and this process take, what they share counted once; None where nobody tells."""
    leaders, total, seen = set(groups), 0, False
    for folder in PROC.glob("[0-9]*"):
        try:
            if int(folder.name) != process and os.getpgid(int(folder.name)) not in leaders:
                continue
            rollup = (folder / "smaps_rollup").read_text()
        except OSError:
            continue  # it has just gone, or belongs to somebody else
        for line in rollup.splitlines():
            if line.startswith("Pss:"):
                total, seen = total + int(line.split()[1]) * 1024, True
    return total if seen else None
