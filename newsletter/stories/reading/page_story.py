"""The values that are read from a web page. Each field says where it came from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class FieldOrigin(StrEnum):
    """Where in a page a value was found, in the order in which origins are trusted."""

    JSON_LD = "structured data (JSON-LD)"
    META = "meta tags"
    MARKUP = "marked elements of the page"
    EXTRACTED = "detected in the page"
    ADDRESS = "address of the page"
    FEED = "feed"
    CORRECTED = "as you corrected before"


class FieldValue(NamedTuple):
    """A value and its origin."""

    value: str
    origin: FieldOrigin


class Notice(NamedTuple):
    """What is unusual about a page, and what to do about it.

    `is_final`: there is no story in it. `is_other_page`: it is not the page of the article at all.
    """

    problem: str
    hint: str
    is_final: bool = False
    is_other_page: bool = False


PASTE_IT = "Open the article in your browser, copy it and paste it here."  # what helps where a page cannot be read

# The fields of a page in the order of display, and how people call them.
FIELDS = {
    "headline": "headline",
    "byline": "byline",
    "source_name": "source",
    "published": "date",
    "dek": "standfirst",
    "url": "link",
    "picture_url": "picture",
    "picture_alt": "picture description",
    "picture_credit": "picture credit",
    "language": "language",
    "direction": "reading direction",
}


@dataclass(frozen=True, slots=True)
class PageStory:
    """What was read from a page. `paragraphs` are sanitised HTML blocks (rich_text) of the article."""

    fields: dict[str, FieldValue] = field(default_factory=dict)
    paragraphs: tuple[str, ...] = ()
    notice: Notice | None = None

    def value(self, name: str) -> str:
        """Return the value of a field, empty if it was not found."""
        return self.fields[name].value if name in self.fields else ""

    @property
    def missing(self) -> list[str]:
        """Return the fields that were not found."""
        return [name for name in FIELDS if name not in self.fields]

    def to_json(self) -> dict[str, Any]:
        """Return a JSON shape; `from_json` reads it again."""
        return {"fields": self.fields, "paragraphs": self.paragraphs, "notice": self.notice}

    @classmethod
    def from_json(cls, shape: dict[str, Any]) -> "PageStory":
        """Return the value of a shape from `to_json`."""
        fields = {name: FieldValue(value, FieldOrigin(origin)) for name, (value, origin) in shape["fields"].items()}
        return cls(fields, tuple(shape["paragraphs"]), Notice(*shape["notice"]) if shape["notice"] else None)


def first(candidates: Iterator[FieldValue]) -> FieldValue | None:
    """Return the first candidate that has a value."""
    return next((found for found in candidates if found.value), None)
