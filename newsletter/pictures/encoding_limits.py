"""Limits for encoding one picture, and for concurrent encodings."""

from newsletter.lib.process_limits import ProcessLimits

BOUNDS = ProcessLimits(cpu_seconds=8, wall_seconds=20, memory_bytes=1024 * 1024 * 1024)
MAX_CONCURRENT = 2  # per worker process: each encoding takes memory and a processor
MAX_WAIT_SECONDS = 10.0  # for a free slot
