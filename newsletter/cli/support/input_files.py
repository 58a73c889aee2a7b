"""Read files named on the command line; `-` is stdin."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from newsletter.lib.errors import BadInput


@contextmanager
def open_input(file: str) -> Iterator[BinaryIO]:
    """Open `file` for reading bytes."""
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        data = Path(file).open("rb")  # noqa: SIM115 — an error while reading is not an error of opening
    except OSError as error:
        raise BadInput("file", f"{file!r} cannot be read ({error.strerror}).") from None
    with data:
        yield data


def read_text(file: str) -> str:
    """Return the content of `file`: UTF-8, with or without a byte order mark."""
    try:
        with open_input(file) as data:
            return data.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("file", f"{file!r} is not UTF-8.", "Save it as UTF-8 and try again.") from None
    except OSError as error:  # while reading
        raise BadInput("file", f"{file!r} cannot be read ({error.strerror}).") from None


def read_first_line(field: str) -> str:
    """Return the first line of stdin without its line end. `BadInput` names `field` when it is not UTF-8."""
    try:
        return sys.stdin.buffer.readline().decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadInput(field, "is not UTF-8.", "Convert it to UTF-8 and try again.") from None
