"""Limits for a custom template. The subprocess applies them to itself before it reads its input."""

from newsletter.lib.process_limits import Bounds

MAX_SOURCE_CHARACTERS = 100_000
# Before and after inlining; an email that passes preflight has at most a quarter of that.
MAX_OUTPUT_BYTES = 400_000
PROCESS = Bounds(cpu_seconds=3, wall_seconds=20, memory_bytes=512 * 1024 * 1024)
