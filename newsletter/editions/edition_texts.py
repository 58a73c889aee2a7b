"""The texts that an editor writes for an edition: subject, preview text and note. Cleaned and limited; pure."""

from collections.abc import Mapping
from typing import NamedTuple

from newsletter.editions.models import Edition
from newsletter.lib.errors import BadInput
from newsletter.mail.text_cleaning import clean_line, clean_lines, repair_windows_1252


class TextLimit(NamedTuple):
    """How long a text may be, and up to what length readers see all of it: in characters."""

    longest: int
    shown: int


# A phone shows about 40 characters of a subject and 90 of a preview text; other programs show more.
LIMITS = {"subject": TextLimit(200, 70), "preheader": TextLimit(140, 90), "intro": TextLimit(2000, 600)}
LABELS = {"subject": "subject", "preheader": "preview text", "intro": "note"}


def stored_texts(edition: Edition) -> dict[str, str]:
    """Return the three texts of an edition by field name."""
    return {name: getattr(edition, name) for name in LIMITS}


def clean_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """Return these texts as they are stored. Raises `BadInput` for one that is too long or unknown."""
    cleaned = {}
    for name, text in texts.items():
        if name not in LIMITS:
            raise BadInput(name, "is not a text of an edition.", f"Give one of: {', '.join(LIMITS)}.")
        value = _clean_note(text) if name == "intro" else clean_line(text)
        if len(value) > LIMITS[name].longest:
            raise BadInput(LABELS[name], f"has {len(value):,} characters.", f"Use at most {LIMITS[name].longest:,}.")
        cleaned[name] = value
    return cleaned


def _clean_note(text: str) -> str:
    """Clean paragraphs of plain text, which empty lines separate."""
    lines = [line.strip() for line in repair_windows_1252(text).splitlines()]
    paragraphs = [clean_lines(part) for part in "\n".join(lines).split("\n\n")]
    return "\n\n".join(part for part in paragraphs if part)
