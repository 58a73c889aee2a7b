"""Parse a feed in a subprocess, so that no feed can block a worker or fill its memory."""

import json
from pathlib import Path

import structlog

from newsletter.lib.bounded_process import Ending, command_of, run
from newsletter.stories.feeds.feed_limits import BOUNDS
from newsletter.stories.feeds.feed_values import ParsedFeed

COMMAND = command_of(Path(__file__).with_name("feed_reader_main.py"))
ASK_ITS_SITE = "Ask the site for another feed."

log = structlog.get_logger()


def parse_in_subprocess(content: bytes, *, url: str, content_type: str) -> ParsedFeed:
    """Return what is in a feed. A feed that exceeds a limit has no entries, and says so."""
    head = json.dumps({"url": url, "content_type": content_type}).encode()
    answer = run(COMMAND, head + b"\n" + content, bounds=BOUNDS)
    match answer.ending:
        case Ending.ANSWERED:
            return ParsedFeed.from_json(json.loads(answer.output))
        case Ending.TOO_LONG:
            return ParsedFeed(
                problem=f"The feed takes more than {BOUNDS.cpu_seconds} seconds to read.", hint=ASK_ITS_SITE
            )
        case Ending.NO_MEMORY:
            return ParsedFeed(problem="The feed needs too much memory to read.", hint=ASK_ITS_SITE)
        case Ending.BROKEN if "MemoryError" in answer.trouble or "RecursionError" in answer.trouble:
            return ParsedFeed(problem="The feed is too large or too deeply nested.", hint=ASK_ITS_SITE)
        case Ending.BROKEN:
            log.error("feed.not_parsed", why=answer.trouble)
            return ParsedFeed(problem="The feed could not be read.", hint="It is tried again.")
