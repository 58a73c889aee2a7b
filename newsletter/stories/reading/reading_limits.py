"""Limits for reading one page in a subprocess."""

from newsletter.lib.process_limits import ProcessLimits

MAX_PAGE_BYTES = 10_000_000
BOUNDS = ProcessLimits(cpu_seconds=10, wall_seconds=25, memory_bytes=1024 * 1024 * 1024)
