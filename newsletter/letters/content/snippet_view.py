"""Snippets of an email as plain values for templates."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from newsletter.editions.snippet_models import Snippet, SnippetPlace
from newsletter.letters.content import numbered_links
from newsletter.letters.content.brand_view import COLUMN
from newsletter.letters.content.story_view import PictureView, StoryBlock, picture_view
from newsletter.stories.rich_text import rich_text


@dataclass(frozen=True, slots=True)
class SnippetView:
    """A block between stories: printed after so many of them, 0 before the first."""

    after: int
    title: str  # may be empty, but not without passages
    url: str  # where the title leads, or empty
    picture: PictureView | None
    passages: tuple[StoryBlock, ...]
    notes: tuple[str, ...]  # addresses of the numbered marks such as [1] in the plain lines


def views_of_snippets(snippets: Sequence[Snippet], *, stories: int, pictures: str) -> tuple[SnippetView, ...]:
    """Return the snippets for an email with so many stories. `pictures` is the address below which pictures are served.

    A snippet after a story that the email does not have stands after the last one.
    """
    return tuple(_view(snippet, stories, pictures) for snippet in snippets)


def _view(snippet: Snippet, stories: int, pictures: str) -> SnippetView:
    places = {SnippetPlace.START: 0, SnippetPlace.AFTER: min(snippet.story_number, stories), SnippetPlace.END: stories}
    notes: list[str] = []
    return SnippetView(
        after=places[SnippetPlace(snippet.place)],
        title=snippet.title,
        url=snippet.url,
        picture=picture_view(snippet.picture, alt=snippet.picture_alt, credit="", pictures=pictures, widest=COLUMN),
        passages=tuple(
            # `blocks` sanitises each block, however the row was written
            StoryBlock(block.kind, Markup(block.html), numbered_links.lines(block.html, notes), block.start)  # noqa: S704
            for block in rich_text.blocks(snippet.body)
        ),
        notes=tuple(notes),
    )
