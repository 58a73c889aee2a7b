"""Read a page in a subprocess, so that no page can block a worker or fill its memory."""

import json
from pathlib import Path

import structlog

from newsletter.lib.bounded_process import Ending, command_of, run
from newsletter.lib.errors import NewsletterError
from newsletter.stories.reading import reading_limits
from newsletter.stories.reading.page_story import PASTE_IT, Notice, PageStory

COMMAND = command_of(Path(__file__).with_name("reader_main.py"))

log = structlog.get_logger()


class PageReaderUnavailable(NewsletterError):
    """A page could not be read for a reason other than the page; a retry may help."""


def read_in_subprocess(page: bytes, *, url: str = "", content_type: str = "", is_pasted: bool = False) -> PageStory:
    """Return the story in a page. A page that exceeds a limit has none, and a notice says so.

    Raises `PageReaderUnavailable`.
    """
    head = json.dumps({"url": url, "content_type": content_type, "is_pasted": is_pasted}).encode()
    answer = run(COMMAND, head + b"\n" + page, bounds=reading_limits.BOUNDS)
    match answer.ending:
        case Ending.ANSWERED:
            return _read(answer.output)
        case Ending.TOO_LONG:
            problem = f"The page takes more than {reading_limits.BOUNDS.cpu_seconds} seconds to read."
            return PageStory(notice=Notice(problem, PASTE_IT, is_final=True))
        case Ending.NO_MEMORY:
            return PageStory(notice=Notice("The page needs too much memory to read.", PASTE_IT, is_final=True))
        case Ending.BROKEN if "MemoryError" in answer.trouble or "RecursionError" in answer.trouble:
            return PageStory(notice=Notice("The page is too large or too deeply nested.", PASTE_IT, is_final=True))
        case Ending.BROKEN:
            raise _unavailable(answer.trouble)


def _read(output: bytes) -> PageStory:
    try:
        return PageStory.from_json(json.loads(output))
    except (ValueError, KeyError, TypeError) as error:
        raise _unavailable(f"returned no story: {error}") from error


def _unavailable(reason: str) -> PageReaderUnavailable:
    log.error("page.not_read", why=reason)
    return PageReaderUnavailable("The page could not be read. Try again in a minute.")
