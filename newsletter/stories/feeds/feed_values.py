"""What was read of a feed, as values that pass between two processes."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from newsletter.stories.reading.page_story import PageStory


class FeedEntry(NamedTuple):
    """An article in a feed. `is_whole`: its paragraphs are the article's text and not only its beginning.

    `key` is the same for one article in every version of the feed; empty if the feed gives its entries no id.
    """

    key: str
    url: str
    story: PageStory
    is_whole: bool
    summary: str = ""  # in one line


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """The entries of a feed, or the problem with it and what to do."""

    title: str = ""
    entries: tuple[FeedEntry, ...] = ()
    problem: str = ""
    hint: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return a JSON shape; `from_json` reads it again."""
        entries = [entry._replace(story=entry.story.to_json()) for entry in self.entries]  # type: ignore[arg-type]
        return {"title": self.title, "entries": entries, "problem": self.problem, "hint": self.hint}

    @classmethod
    def from_json(cls, shape: dict[str, Any]) -> "ParsedFeed":
        """Return the value of a shape from `to_json`."""
        entries = (
            FeedEntry(key, url, PageStory.from_json(story), *rest) for key, url, story, *rest in shape["entries"]
        )
        return cls(shape["title"], tuple(entries), shape["problem"], shape["hint"])
