"""Files named on the command line, `-` being stdin."""

import sys
from pathlib import Path
from typing import BinaryIO

from newsletter.lib.errors import BadInput


def opened(file: str) -> BinaryIO:
    """`file` for reading bytes; the caller closes it."""
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise BadInput("file", f"{file!r} cannot be read ({error.strerror}).") from None


def text(file: str) -> str:
    """All of `file`, which is UTF-8 with or without a byte order mark."""
    try:
        with opened(file) as data:
            return data.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("file", f"{file!r} is not in UTF-8.", "Save it as UTF-8 and try again.") from None
    except OSError as error:
        raise BadInput("file", f"{file!r} cannot be read ({error.strerror}).") from None
