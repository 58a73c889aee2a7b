"""One log file per process, written by the process itself and limited in size by the supervisor.

The files are opened for appending, so that one can be emptied while its process goes on writing to it.
"""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 5_000_000  # a process has at most twice this, with the one older copy that is kept


def open_log(path: Path) -> BinaryIO:
    """Open a log at its end, readable by its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab", buffering=0)


def rotate_if_large(path: Path, *, max_bytes: int = MAX_BYTES) -> bool:
    """Copy an overlong log to NAME.1 and empty it. Return True if that was needed.

    A line written between the two steps is lost.
    """
    try:
        if path.stat().st_size <= max_bytes:
            return False
        shutil.copyfile(path, path.with_name(path.name + ".1"))
        os.truncate(path, 0)
    except OSError:  # such as a full disk: the services go on, and the next check tries again
        return False
    return True


def last_lines(path: Path, *, lines: int = 6) -> str:
    """Return the last non-empty lines of a log, for an error message."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 8_000))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])
