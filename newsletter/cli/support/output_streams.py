"""Standard streams that may be closed, full, or in an encoding other than UTF-8."""

import errno
import os
import sys
from collections.abc import Iterable

OUTPUT_ERRNOS = frozenset({errno.ENOSPC, errno.EBADF, errno.EIO, errno.EFBIG, errno.EDQUOT})


def prepare() -> None:
    """Reopen closed standard streams, and escape characters that the terminal's encoding lacks."""
    _reopen_closed()
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors=errors)


def write_data(pieces: Iterable[str]) -> None:
    """Write `pieces` to stdout in UTF-8, whatever the locale: programs and files expect UTF-8."""
    sys.stdout.flush()
    raw = getattr(sys.stdout, "buffer", None)
    if raw is None:
        sys.stdout.writelines(pieces)
        return
    for piece in pieces:
        raw.write(piece.encode("utf-8", "backslashreplace"))
    raw.flush()


def is_output_error(error: OSError) -> bool:
    """Return whether `error` means that stdout cannot be written. An error with a file name is about that file."""
    return error.errno in OUTPUT_ERRNOS and error.filename is None


def silence_output() -> None:
    """Send further output to the null device, so that flushing at exit raises no second error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _reopen_closed() -> None:
    """Replace a closed stream (`>&-`) with the null device: reads return nothing, writes to stdout fail.

    Otherwise the next opened file, such as the database, gets its file descriptor and with it the output of child
    processes.
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
