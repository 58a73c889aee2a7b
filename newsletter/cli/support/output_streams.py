"""Standard input, output and error as a command finds them: closed, full, or in another encoding than UTF-8."""

import errno
import os
import sys
from collections.abc import Iterable

UNWRITABLE = frozenset({errno.ENOSPC, errno.EBADF, errno.EIO, errno.EFBIG, errno.EDQUOT})


def prepare() -> None:
    """Have all three there, and words made to fit a terminal that lacks letters."""
    _reopen_closed()
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors=errors)


def write_data(pieces: Iterable[str]) -> None:
    """`pieces` to stdout, in UTF-8 whatever the locale: a program or a file takes them, which knows no other."""
    sys.stdout.flush()
    raw = getattr(sys.stdout, "buffer", None)
    if raw is None:
        sys.stdout.writelines(pieces)
        return
    for piece in pieces:
        raw.write(piece.encode("utf-8", "backslashreplace"))
    raw.flush()


def is_output_error(error: OSError) -> bool:
    """Is it that stdout cannot be written to? An error that names a file is about that file."""
    return error.errno in UNWRITABLE and error.filename is None


def silence_output() -> None:
    """Nothing more is written to stdout, so that a second try at exit does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _reopen_closed() -> None:
    """Give a stream that was closed (`>&-`) a file in its place: reads find nothing, output is refused.

    Otherwise the next file that is opened, such as the database, would get its number, and with it what children write.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
        try:
            os.fstat(number)
        except OSError:
            os.dup2(opened, number)
        setattr(sys, name, os.fdopen(opened, mode, buffering=1, encoding="utf-8"))
