"""Files named on the command line, `-` being stdin."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from newsletter.lib.errors import BadInput


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """`file` for reading bytes."""
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        data = Path(file).open("rb")  # noqa: SIM115 — an error in reading is not one of opening
    except OSError as error:
        raise BadInput("file", f"{file!r} cannot be read ({error.strerror}).") from None
    with data:
        yield data


def text(file: str) -> str:
    """All of `file`, which is UTF-8 with or without a byte order mark."""
    try:
        with opened(file) as data:
            return data.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("file", f"{file!r} is not in UTF-8.", "Save it as UTF-8 and try again.") from None
    except OSError as error:  # in the middle of it
        raise BadInput("file", f"{file!r} cannot be read ({error.strerror}).") from None


def first_line(field: str) -> str:
    """The first line of stdin without its end; `BadInput` names `field` when it is in another encoding."""
    try:
        return sys.stdin.buffer.readline().decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadInput(field, "is not in UTF-8.", "Pipe it in as UTF-8.") from None
