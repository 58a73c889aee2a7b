"""Time and memory limits that a process applies to itself."""

import sys
from typing import NamedTuple


class ProcessLimits(NamedTuple):
    """What a process may use. `memory_bytes` limits address space; the interpreter alone takes about 50 MB of it."""

    cpu_seconds: int
    wall_seconds: float
    memory_bytes: int


def apply_limits(limits: ProcessLimits) -> None:
    """Limit this process to the time and memory in `limits` and forbid it to write files."""
    try:
        import resource
    except ImportError:  # pragma: no cover — not on Windows; the parent's timeout still applies
        return
    for resource_id, soft, hard in (
        # the soft limit ends the process with SIGXCPU; with equal limits it would get SIGKILL, as when memory runs out
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
    ):
        try:
            resource.setrlimit(resource_id, (soft, hard))
        except (ValueError, OSError):
            if sys.platform != "darwin":  # macOS accepts RLIMIT_AS in no version
                raise
