"""How much reading one picture may use, and how many are read at once."""

from newsletter.lib.process_limits import ProcessLimits

BOUNDS = ProcessLimits(cpu_seconds=8, wall_seconds=20, memory_bytes=1024 * 1024 * 1024)
MAX_AT_ONCE = 2  # in each process of ours: each takes memory and a processor
MAX_WAIT_SECONDS = 10.0  # for others to be done
