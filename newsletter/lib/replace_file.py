"""Write files atomically: readers see the whole file or none."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o600
DEFAULT_MODE = 0o666  # the umask is subtracted


@contextmanager
def replace_file(path: Path, *, mode: int = DEFAULT_MODE) -> Iterator[BinaryIO]:
    """Yield a file for writing bytes that replaces `path` once all bytes are on disk.

    If writing fails, an existing file stays unchanged. `mode` also applies when a file is replaced. A special file,
    such as a pipe, is written to directly. Raises `OSError`.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as special:
            yield special
        return
    target = path.resolve()  # a symbolic link keeps pointing to its file
    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
