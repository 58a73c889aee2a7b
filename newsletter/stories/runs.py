"""Words with emphasis and links, as runs: the inside of one paragraph or list item.

Pure. Whatever nesting the words came in, they go out in one: link around strong around emphasis.
Which runs belong to which block is left to richtext.py.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from newsletter.mail import wording

BREAK = "\n"
PIECES = re.compile(r"\s+|\S+")


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
    for run in runs:
        if run.text == BREAK:
            blanks, breaks = "", breaks + 1
            continue
        for piece in PIECES.findall(run.text):
            if piece.isspace():
                blanks += piece
                continue
            if breaks > 1 and part_at_breaks and found[-1]:
                found.append([])
            elif found[-1] and (breaks or blanks):
                found[-1].append(_between(found[-1][-1], run, BREAK if breaks else wording.one_blank(blanks)))
            found[-1].append(run._replace(text=piece))
            blanks, breaks = "", 0
    return [_joined(words) for words in found if _visible(words)]


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
    # Marks are broken run by run; here the runs come together without the tags that parted them.
    return wording.disarm(text)


def to_links(runs: Iterable[Run]) -> Iterator[tuple[str, str]]:
    """Words and address of each link."""
    for href, linked in groupby(runs, key=lambda run: run.href):
        if href:
            yield wording.disarm("".join(run.text for run in linked)), href


def _between(before: Run, after: Run, text: str) -> Run:
    """A blank or break wears only what the words on both sides of it wear: no underlined blank after a link."""
    return Run(
        text,
        href=before.href if before.href == after.href else "",
        strong=before.strong and after.strong,
        em=before.em and after.em,
    )


def _joined(runs: list[Run]) -> list[Run]:
    """Neighbours that look alike as one run, and no mark of ours in any."""
    alike = groupby(runs, key=lambda run: (run.href, run.strong, run.em))
    return [Run(wording.disarm("".join(run.text for run in same)), *look) for look, same in alike]


def _visible(runs: list[Run]) -> bool:
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
