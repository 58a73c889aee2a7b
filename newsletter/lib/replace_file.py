"""Files that are there whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o600
DEFAULT_MODE = 0o666  # less what the umask takes away


@contextmanager
def replace_file(path: Path, *, mode: int = DEFAULT_MODE) -> Iterator[BinaryIO]:
    """A file to write bytes into; they take the place of `path` when all of them are on the disk.

    When writing breaks off, an earlier file stays as it was. `mode` holds also where a file lay before. What is no
    ordinary file, such as a pipe, is written to as it is. Raises `OSError`.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as special:
            yield special
        return
    target = path.resolve()  # a link goes on leading to its file
    beside = target.with_name(f".{secrets.token_hex(8)}.part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
