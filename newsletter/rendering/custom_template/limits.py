"""Limits for a custom template. The subprocess applies them to itself before it reads its input."""

from newsletter.lib.process_limits import ProcessLimits

MAX_SOURCE_CHARACTERS = 100_000  # characters of a template
MAX_OUTPUT_BYTES = (
    400_000  # bytes of what it makes, before and after inlining; a letter that may leave is a quarter of that
)
PROCESS = ProcessLimits(cpu_seconds=3, wall_seconds=20, memory_bytes=512 * 1024 * 1024)
