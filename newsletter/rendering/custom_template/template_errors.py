"""Errors of custom templates: what is wrong, at which line and column, and how to fix it. Pure."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from newsletter.lib.errors import NewsletterError

OPENING = re.compile(r"\{\{|\{%")
MAX_QUOTED_CHARACTERS = 50  # of a name quoted from a template
MAX_TAG_LINES = 20  # lines searched for a name, from the line where its tag begins


class RenderingError(NewsletterError):
    """A template cannot be rendered: it is malformed, or uses a name that does not exist."""


class TemplateRendererUnavailable(NewsletterError):
    """A custom template could not be rendered for a reason outside the template; a retry may work."""


class CustomTemplateError(RenderingError):
    """A custom template cannot be used.

    `line` and `column` count from 1, and are 0 for an error without a single place; `hint` may be empty.
    """

    def __init__(self, problem: str, hint: str = "", *, line: int = 0, column: int = 0) -> None:
        self.line, self.column, self.problem, self.hint = line, column, problem, hint
        where = f"Line {line}, column {column}: " if line else ""
        super().__init__(f"{where}{problem}{' ' + hint if hint else ''}")


def truncate(name: str) -> str:
    """Shorten `name` for an error message."""
    return name if len(name) <= MAX_QUOTED_CHARACTERS else f"{name[: MAX_QUOTED_CHARACTERS - 1]}…"


def locate(name: str, source: str, line: int) -> tuple[int, int]:
    """Return line and column of `name` in the tag that begins on `line`; those of the tag when it is not found."""
    lines = source.split("\n")
    line = min(max(line, 1), len(lines))
    tag = OPENING.search(lines[line - 1])
    start = tag.end() if tag else 0
    if name:
        edge = r"(?<!\w)" if name[0].isalnum() or name[0] == "_" else ""
        wanted = re.compile(edge + re.escape(name) + (r"(?!\w)" if edge else ""))
        for number in range(line, min(line + MAX_TAG_LINES, len(lines) + 1)):
            if found := wanted.search(lines[number - 1], start if number == line else 0):
                return number, found.start() + 1
    if tag:
        return line, tag.start() + 1
    return line, len(lines[line - 1]) - len(lines[line - 1].lstrip()) + 1


def suggest_name(name: str, available: Iterable[str]) -> str:
    """Return a hint for an unknown name: a similar name, or all names when there are at most 30."""
    names = sorted(set(available))
    if close := get_close_matches(name, names, n=1, cutoff=0.6):
        return f"Did you mean “{close[0]}”?"
    return f"Available: {', '.join(names)}." if 0 < len(names) <= 30 else ""
