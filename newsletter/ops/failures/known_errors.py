"""What the texts of the provider and of mailbox providers mean: the table of the runbook's page “common-errors”."""

import re
from dataclasses import dataclass
from functools import cache

from django.conf import settings

PAGE = "common-errors"
ROW = re.compile(r"^\| (`.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
MARKS = re.compile(r"[*`]|\[([^\]]+)\]\([^)]*\)")
STATUS = re.compile(r"\bHTTP \d{3}\b")
MAX_TEXT = 2_000  # characters that are searched


@dataclass(frozen=True, slots=True)
class KnownError:
    """An error: the texts by which it is recognised, what it means and what to do."""

    texts: tuple[str, ...]
    meaning: str
    remedy: str

    def is_in(self, text: str) -> bool:
        """Return True if one of the texts stands in `text` as whole words, in upper or lower case."""
        return any(re.search(rf"(?<![\w.]){re.escape(each)}(?!\w|\.\d)", text, re.IGNORECASE) for each in self.texts)


def known_errors_in(runbook: str) -> list[KnownError]:
    """Return the errors of the runbook's table, in its order. Pure."""
    _, _, rest = runbook.partition(f"## {PAGE}\n")
    table, _, _ = rest.partition("\n## ")
    return [KnownError(tuple(CODE.findall(row[0])), _plain(row[1]), _plain(row[2])) for row in ROW.findall(table)]


@cache  # the file only changes with a new release
def known_errors() -> list[KnownError]:
    """Return the errors of the installed runbook; none if the docs are not installed."""
    try:
        return known_errors_in((settings.BASE_DIR / "docs" / "runbook.md").read_text(encoding="utf-8"))
    except OSError:
        return []


def explain(text: str, *, http_status: int | None = None) -> list[KnownError]:
    """Return the known errors whose words stand in `text`; without any, those of its HTTP status."""
    status = STATUS.search(text[:MAX_TEXT])
    code = http_status or (status[0].removeprefix("HTTP ") if status else None)
    words = STATUS.sub("", text[:MAX_TEXT])
    found = [each for each in known_errors() if each.is_in(words)]
    return found or [each for each in known_errors() if code and each.is_in(f"HTTP {code}")]


def _plain(markdown: str) -> str:
    return MARKS.sub(lambda found: found[1] or "", markdown)
