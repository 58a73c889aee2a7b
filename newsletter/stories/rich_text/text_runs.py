"""Words with emphasis and links, as runs: the inside of one paragraph or list item.

Pure. Whatever nesting the words came in, they go out in one: link around strong around emphasis.
Which runs belong to which block is left to rich_text.py.
"""

import html
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from newsletter.mail import text_cleaning

BREAK = "\n"


class Run(NamedTuple):
    """Words that look alike. A line break is a run whose text is `BREAK`."""

    text: str
    href: str = ""
    strong: bool = False
    em: bool = False


def paragraphs(runs: Iterable[Run], *, part_at_breaks: bool = True) -> list[list[Run]]:
    """The runs with single blanks and none at either end.

    They are parted where two or more breaks met; with `part_at_breaks=False` such breaks become one.
    """
    found: list[list[Run]] = [[]]
    blanks, breaks = "", 0
    for run in _decoded(runs):
        if run.text == BREAK:
            blanks, breaks = "", breaks + 1
            continue
        words = run.text.strip()
        if not words:
            blanks += run.text
            continue
        before, _, after = run.text.partition(words)
        blanks += before
        if breaks > 1 and part_at_breaks and found[-1]:
            found.append([])
        elif found[-1] and (breaks or blanks):
            found[-1].append(_between(found[-1][-1], run, BREAK if breaks else text_cleaning._collapsed(blanks)))
        found[-1].append(run._replace(text=text_cleaning.collapse_whitespace(words)))
        blanks, breaks = after, 0
    return [_joined(_disarmed(runs)) for runs in found if is_visible(runs)]


def to_html(runs: Iterable[Run]) -> str:
    """Escaped HTML of `strong`, `em`, `a` and `br`."""
    return "".join(
        f'<a href="{html.escape(href)}">{_strong(linked)}</a>' if href else _strong(linked)
        for href, linked in groupby(runs, key=lambda run: run.href)
    )


def to_text(runs: Iterable[Run], *, show_links: bool) -> str:
    """The words alone, breaks as line ends; with `show_links` each link's address follows it in brackets."""
    text = ""
    for href, linked in groupby(runs, key=lambda run: run.href):
        words = "".join(run.text for run in linked)
        address = href.removeprefix("mailto:")
        text += f"{words} ({address})" if href and show_links and address != words else words
    return text


def to_links(runs: Iterable[Run]) -> Iterator[tuple[str, str]]:
    """Words and address of each link."""
    for href, linked in groupby(runs, key=lambda run: run.href):
        if href:
            yield "".join(run.text for run in linked), href


def _between(before: Run, after: Run, text: str) -> Run:
    """A blank or break wears only what the words on both sides of it wear: no underlined blank after a link."""
    return Run(
        text,
        href=before.href if before.href == after.href else "",
        strong=before.strong and after.strong,
        em=before.em and after.em,
    )


def _joined(runs: list[Run]) -> list[Run]:
    """Neighbours that look alike as one run."""
    alike = groupby(runs, key=lambda run: (run.href, run.strong, run.em))
    return [Run("".join(run.text for run in same), *look) for look, same in alike]


def _decoded(runs: Iterable[Run]) -> Iterator[Run]:
    """With characters in place of entities that were left over, also of one whose parts come together only here."""
    for look, same in groupby(runs, key=lambda run: (run.text == BREAK, *run[1:])):
        if look[0]:
            yield from same
        else:
            whole = text_cleaning.without_entities("".join(run.text for run in same))
            yield Run(text_cleaning.remove_unprintable(whole), *look[1:])


def _disarmed(runs: list[Run]) -> list[Run]:
    """Without marks of ours, not even one that is part plain and part bold: in plain text they come together."""
    whole = "".join(run.text for run in runs)
    gone = {place for mark in text_cleaning.MARK.finditer(whole) for place in range(mark.start() + 1, mark.end())}
    if not gone:
        return runs
    letters = enumerate((letter, run) for run in runs for letter in run.text)
    return [run._replace(text=letter) for place, (letter, run) in letters if place not in gone]


def is_visible(runs: Iterable[Run]) -> bool:
    """Does anything show? Signs that only steer (category Cf) are not seen."""
    return any(not c.isspace() and unicodedata.category(c) != "Cf" for run in runs for c in run.text)


def _strong(runs: Iterable[Run]) -> str:
    return "".join(
        "<strong>" + _em(same) + "</strong>" if strong else _em(same)
        for strong, same in groupby(runs, key=lambda run: run.strong)
    )


def _em(runs: Iterable[Run]) -> str:
    return "".join(f"<em>{_escaped(run.text)}</em>" if run.em else _escaped(run.text) for run in runs)


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace(BREAK, "<br>")
