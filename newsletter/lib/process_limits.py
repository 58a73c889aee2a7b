"""How much time and memory a process may use, and how it takes the rest away from itself."""

import sys
from typing import NamedTuple


class Bounds(NamedTuple):
    """What a process may use. The memory is that of addresses: the interpreter takes about a tenth of 512 MB."""

    cpu_seconds: int
    wall_seconds: float
    memory_bytes: int


def bind(bounds: Bounds) -> None:
    """Take away from this process all but the time and memory in `bounds`, and every file to write to."""
    try:
        import resource
    except ImportError:  # pragma: no cover — Windows has none; the clock still counts
        return
    for limit, soft, hard in (
        # at the soft one it ends with a signal of its own; were both the same it would be killed, as by a full machine
        (resource.RLIMIT_CPU, bounds.cpu_seconds, bounds.cpu_seconds + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, bounds.memory_bytes, bounds.memory_bytes),
    ):
        try:
            resource.setrlimit(limit, (soft, hard))
        except (ValueError, OSError):
            if sys.platform != "darwin":  # which knows RLIMIT_AS and keeps to it in no version
                raise
