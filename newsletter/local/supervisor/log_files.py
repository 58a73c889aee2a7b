"""One log file a process, written by the process itself, kept below a size from outside.

The files are opened for appending, so that one can be emptied while its process goes on writing to it.
"""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

LIMIT = 5_000_000  # bytes; with the one older copy that is kept, a process has at most twice this


def open_log(path: Path) -> BinaryIO:
    """The file, for its owner's eyes only, at its end."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab", buffering=0)


def bound(path: Path, *, limit: int = LIMIT) -> bool:
    """Move what is in an overlong log to NAME.1 and empty it; true when that was needed.

    A line written between the two steps is lost: a log is not the ledger.
    """
    try:
        if path.stat().st_size <= limit:
            return False
        shutil.copyfile(path, path.with_name(path.name + ".1"))
        os.truncate(path, 0)
    except OSError:  # a full disk, say; the house goes on, and the next look tries again
        return False
    return True


def tail(path: Path, *, lines: int = 6) -> str:
    """The last lines of a log, for somebody who must hint something now."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 8_000))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])
