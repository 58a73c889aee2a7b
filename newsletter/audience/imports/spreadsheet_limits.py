"""Limits for reading one spreadsheet in a subprocess."""

from newsletter.lib.process_limits import ProcessLimits

MAX_SPREADSHEET_BYTES = 25_000_000  # as stored, which is packed
MAX_CSV_BYTES = 200_000_000
BOUNDS = ProcessLimits(cpu_seconds=60, wall_seconds=150, memory_bytes=1536 * 1024 * 1024)
