"""How much a curator's template may use. The other process sets the limits itself, before it reads a word."""

import sys

SOURCE = 100_000  # characters of a template
LETTER = 400_000  # bytes of what it makes, before and after inlining; a letter that may leave is a quarter of that
CPU = 3  # seconds of a processor
WALL = 20  # seconds on the clock, also for a machine that has much to do
MEMORY = 512 * 1024 * 1024  # bytes of addresses; the interpreter and Jinja take about a tenth


def bind() -> None:
    """Take away from this process all but a little time and memory, and every file to write to."""
    try:
        import resource
    except ImportError:  # pragma: no cover — Windows has none; the clock still counts
        return
    for limit, soft, hard in (
        # at the soft one it ends with a signal of its own; were both the same it would be killed, as by a full machine
        (resource.RLIMIT_CPU, CPU, CPU + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, MEMORY, MEMORY),
    ):
        try:
            resource.setrlimit(limit, (soft, hard))
        except (ValueError, OSError):
            if sys.platform != "darwin":  # which knows RLIMIT_AS and keeps to it in no version
                raise
