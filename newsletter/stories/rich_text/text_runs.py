"""Text runs with emphasis and links: the content of one paragraph or list item. Pure.

Whatever the nesting of the input, the output nests links around strong around emphasis. html_blocks.py decides which
runs belong to which block.
"""

import html
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from newsletter.mail import text_cleaning

BREAK = "\n"


class TextRun(NamedTuple):
    """Text with one style. A line break is a run whose text is `BREAK`."""

    text: str
    href: str = ""
    strong: bool = False
    em: bool = False


def split_paragraphs(runs: Iterable[TextRun], *, split_at_breaks: bool = True) -> list[list[TextRun]]:
    """Split runs into paragraphs with collapsed and trimmed whitespace.

    Two or more consecutive breaks separate paragraphs; with `split_at_breaks=False` they become one break.
    """
    found: list[list[TextRun]] = [[]]
    spaces, breaks = "", 0
    for run in _decode_entities(runs):
        if run.text == BREAK:
            spaces, breaks = "", breaks + 1
            continue
        text = run.text.strip()
        if not text:
            spaces += run.text
            continue
        before, _, after = run.text.partition(text)
        spaces += before
        if breaks > 1 and split_at_breaks and found[-1]:
            found.append([])
        elif found[-1] and (breaks or spaces):
            found[-1].append(_between(found[-1][-1], run, BREAK if breaks else text_cleaning.collapse_run(spaces)))
        found[-1].append(run._replace(text=text_cleaning.collapse_whitespace(text)))
        spaces, breaks = after, 0
    return [_join_alike(_escape_merge_tags(runs)) for runs in found if is_visible(runs)]


def to_html(runs: Iterable[TextRun]) -> str:
    """Return escaped HTML with `strong`, `em`, `a` and `br`."""
    return "".join(
        f'<a href="{html.escape(href)}">{_strong(linked)}</a>' if href else _strong(linked)
        for href, linked in groupby(runs, key=lambda run: run.href)
    )


def to_text(runs: Iterable[TextRun], *, show_links: bool) -> str:
    """Return plain text with line breaks; with `show_links` each link's address follows it in brackets."""
    text = ""
    for href, linked in groupby(runs, key=lambda run: run.href):
        label = "".join(run.text for run in linked)
        address = href.removeprefix("mailto:")
        text += f"{label} ({address})" if href and show_links and address != label else label
    return text


def to_links(runs: Iterable[TextRun]) -> Iterator[tuple[str, str]]:
    """Yield the text and address of each link."""
    for href, linked in groupby(runs, key=lambda run: run.href):
        if href:
            yield "".join(run.text for run in linked), href


def _between(before: TextRun, after: TextRun, text: str) -> TextRun:
    """Return a space or break with only the styles of both its neighbours: no underlined space after a link."""
    return TextRun(
        text,
        href=before.href if before.href == after.href else "",
        strong=before.strong and after.strong,
        em=before.em and after.em,
    )


def _join_alike(runs: list[TextRun]) -> list[TextRun]:
    """Join adjacent runs of the same style."""
    alike = groupby(runs, key=lambda run: (run.href, run.strong, run.em))
    return [TextRun("".join(run.text for run in same), *look) for look, same in alike]


def _decode_entities(runs: Iterable[TextRun]) -> Iterator[TextRun]:
    """Decode leftover entities, including one that was split over several runs of the same style."""
    for look, same in groupby(runs, key=lambda run: (run.text == BREAK, *run[1:])):
        if look[0]:
            yield from same
        else:
            whole = text_cleaning.decode_entities("".join(run.text for run in same))
            yield TextRun(text_cleaning.remove_unprintable(whole), *look[1:])


def _escape_merge_tags(runs: list[TextRun]) -> list[TextRun]:
    """Break up merge tags, including one that is partly bold, because plain text joins its parts."""
    whole = "".join(run.text for run in runs)
    removed = {index for tag in text_cleaning.MERGE_TAG.finditer(whole) for index in range(tag.start() + 1, tag.end())}
    if not removed:
        return runs
    characters = enumerate((character, run) for run in runs for character in run.text)
    return [run._replace(text=character) for index, (character, run) in characters if index not in removed]


def is_visible(runs: Iterable[TextRun]) -> bool:
    """Return True if anything is displayed. Format characters (category Cf) are not."""
    return any(not c.isspace() and unicodedata.category(c) != "Cf" for run in runs for c in run.text)


def _strong(runs: Iterable[TextRun]) -> str:
    return "".join(
        "<strong>" + _em(same) + "</strong>" if strong else _em(same)
        for strong, same in groupby(runs, key=lambda run: run.strong)
    )


def _em(runs: Iterable[TextRun]) -> str:
    return "".join(f"<em>{_escaped(run.text)}</em>" if run.em else _escaped(run.text) for run in runs)


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace(BREAK, "<br>")
