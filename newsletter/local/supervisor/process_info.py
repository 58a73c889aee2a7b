"""What the operating system knows of a process: whether it runs, since when, its command, its memory."""

import os
from collections.abc import Iterable
from typing import NamedTuple

import psutil


class ProcessIdentity(NamedTuple):
    """A running process. A pid may be given to a later process; a pid and `started_at` together may not."""

    started_at: float  # Unix seconds
    command: str  # its arguments, separated by spaces


def identify(pid: int) -> ProcessIdentity | None:
    """Return the running process with this pid, or None when there is none or only a zombie."""
    try:
        process = psutil.Process(pid)
        if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return None
        return ProcessIdentity(process.create_time(), " ".join(process.cmdline()))
    except psutil.Error:
        return None


def measure_memory(groups: Iterable[int], *, pid: int) -> int | None:
    """Return the bytes that these process groups and this process use, with shared memory counted once.

    None where the system does not report that number; only Linux does.
    """
    leaders, total = set(groups), 0
    for process in psutil.process_iter():
        try:
            if process.pid == pid or os.getpgid(process.pid) in leaders:
                total += getattr(process.memory_full_info(), "pss", 0)
        except (psutil.Error, OSError):
            continue  # the process has ended, or belongs to another user
    return total or None
