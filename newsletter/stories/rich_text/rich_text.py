"""The rich text of a story: a small, safe and canonical HTML of whole blocks.

Whatever is given, what comes out is a row of `p`, `ul`, `ol` (with the number it starts at, unless that is 1) and
`blockquote`, with `strong`, `em`, `a` (with an address and nothing else) and `br` in them. What comes in is left to
html_blocks.py, the words inside a block to text_runs.py.
"""

import re
from html import escape
from typing import NamedTuple

from newsletter.mail import text_cleaning
from newsletter.stories.rich_text import text_runs
from newsletter.stories.rich_text.html_blocks import read
from newsletter.stories.rich_text.list_paragraphs import Kind, Part

BULLET = re.compile(r"[-*•·▪‣]\s+")


class Block(NamedTuple):
    """One paragraph, list or quotation. `html` is all of it, its own tag included."""

    kind: Kind
    html: str
    start: int = 1  # the number of a numbered list's first item


class Link(NamedTuple):
    words: str
    href: str


def sanitise(html: str) -> str:
    """`html` as safe blocks; empty when there are no words in it. Never raises; changes nothing the second time.

    `b` becomes `strong`, `i` `em`, as does what a style makes so; headings, divisions and loose text become
    paragraphs; what stands in a list or a quotation stays there, one level deep; what is struck out is left out.
    """
    return "".join(block.html for block in blocks(html))


def blocks(body: str) -> list[Block]:
    """The blocks of `body`, each sanitised. Joined, their `html` is `sanitise(body)`."""
    return [_block(part) for part in read(body)]


def from_plain(text: str) -> str:
    """Plain text as sanitised HTML.

    Where there are blank lines they part the paragraphs, and lines without one between them are
    one paragraph; where there are none, every line is a paragraph. Two or more lines that begin
    with a bullet are a list.
    """
    lines = [line.strip() for line in text_cleaning.meant(text).strip().splitlines()]
    parted = "" in lines
    made: list[str] = []
    words: list[str] = []
    points: list[str] = []

    def close() -> None:
        if len(points) > 1:
            made.append("<ul>" + "".join(f"<li>{escape(BULLET.sub('', p, count=1))}</li>" for p in points) + "</ul>")
        else:
            words.extend(points)
        if words:
            made.append(f"<p>{escape(' '.join(words))}</p>")
        words.clear()
        points.clear()

    for line in lines:
        is_point = bool(BULLET.match(line))
        if not line or is_point != bool(points) or not (parted or is_point):
            close()
        if line:
            (points if is_point else words).append(line)
    close()
    return sanitise("".join(made))


def plain(html: str, *, show_links: bool = False) -> str:
    """The words of `html` for plain text: items behind a dash or number, quotations behind `>`.

    Blocks are parted by a blank line. With `show_links` each link is followed by its address.
    """
    return "\n\n".join(
        _plain(part, [text_runs.to_text(item, show_links=show_links) for item in part.items]) for part in read(html)
    )


def links(html: str) -> list[Link]:
    """Every link in `html`, in reading order."""
    return [Link(*link) for part in read(html) for item in part.items for link in text_runs.to_links(item)]


def _block(part: Part) -> Block:
    kind, start = part.kind, part.start
    inner = [text_runs.to_html(item) for item in part.items]
    if kind == "p":
        return Block(kind, f"<p>{inner[0]}</p>")
    tag = "p" if kind == "blockquote" else "li"
    opening = f'<{kind} start="{start}">' if start != 1 else f"<{kind}>"
    return Block(kind, opening + "".join(f"<{tag}>{item}</{tag}>" for item in inner) + f"</{kind}>", start)


def _plain(part: Part, items: list[str]) -> str:
    kind = part.kind
    if kind == "blockquote":
        return "\n>\n".join("> " + item.replace("\n", "\n> ") for item in items)
    marks = {"p": "", "ul": "- "}
    numbered = ((marks.get(kind, f"{number}. "), item) for number, item in enumerate(items, start=part.start))
    return "\n".join(mark + item.replace("\n", "\n" + " " * len(mark)) for mark, item in numbered)
