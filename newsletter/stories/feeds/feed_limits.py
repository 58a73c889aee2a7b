"""Limits for fetching and parsing one feed."""

from newsletter.lib.process_limits import ProcessLimits

MAX_FEED_BYTES = 5_000_000
MAX_ENTRIES = 100  # of a feed, the first ones; feeds begin with the newest
MAX_PARAGRAPHS = 24  # stored of an article: more than a teaser takes
MAX_TEXT_CHARS = 40_000  # stored of an article
BOUNDS = ProcessLimits(cpu_seconds=10, wall_seconds=25, memory_bytes=768 * 1024 * 1024)
