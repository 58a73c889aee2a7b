"""The folder of the database, logs and keys: it is for its owner alone."""

import os
import stat
from pathlib import Path

OURS = ("secret-key", "newsletter.sqlite3")  # by which a folder is known to be ours


def prepare(folder: Path) -> None:
    """Make `folder` with its parents, closed to all others; close one of ours that is open. Raises `OSError`.

    A folder that holds something else is left as it is: it may be shared on purpose.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
        return
    except FileExistsError:
        if not folder.is_dir():
            raise
    found = folder.stat()
    is_open = found.st_mode & 0o077 and not found.st_mode & stat.S_ISVTX
    if is_open and found.st_uid == os.getuid() and _is_ours(folder):
        folder.chmod(0o700)


def _is_ours(folder: Path) -> bool:
    return any((folder / name).exists() for name in OURS) or not any(folder.iterdir())
