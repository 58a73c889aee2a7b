"""The folder for the database, logs and keys. Only its owner may read it."""

import os
import stat
from pathlib import Path

OWN_FILES = ("secret-key", "newsletter.sqlite3")  # either one marks a folder as ours


def prepare(folder: Path) -> None:
    """Create `folder` and its parents for the owner only; restrict an existing folder of ours. Raises `OSError`.

    A folder with other contents keeps its permissions: it may be shared on purpose.
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
    return any((folder / name).exists() for name in OWN_FILES) or not any(folder.iterdir())
