"""The rich text of a story: a small, safe and canonical subset of HTML.

The output is a sequence of `p`, `ul`, `ol` (with `start` unless it is 1) and `blockquote`, which contain only `strong`,
`em`, `a` (with `href` only) and `br`. html_blocks.py parses the input, and text_runs.py handles the text inside a
block.
"""

import re
from html import escape
from typing import NamedTuple

from newsletter.mail import text_cleaning
from newsletter.stories.rich_text import text_runs
from newsletter.stories.rich_text.html_blocks import parse_blocks
from newsletter.stories.rich_text.list_paragraphs import Kind, Part

BULLET = re.compile(r"[-*•·▪‣]\s+")


class Block(NamedTuple):
    """One paragraph, list or quotation. `html` includes the block's own tag."""

    kind: Kind
    html: str
    start: int = 1  # the number of a numbered list's first item


class Link(NamedTuple):
    """A link in a text."""

    text: str
    href: str


def sanitise(html: str) -> str:
    """Return `html` as safe blocks; empty if it has no text. Never raises. Idempotent.

    `b` and bold styles become `strong`, `i` and italic styles `em`. Headings, divisions and loose text become
    paragraphs. Lists and quotations are kept, one level deep. Struck-out text is removed.
    """
    return "".join(block.html for block in blocks(html))


def blocks(body: str) -> list[Block]:
    """Return the sanitised blocks of `body`. Joined, their `html` equals `sanitise(body)`."""
    return [_block(part) for part in parse_blocks(body)]


def from_plain(text: str) -> str:
    """Convert plain text to sanitised HTML.

    Blank lines separate paragraphs. If there are none, each line is a paragraph. Two or more lines that start with a
    bullet are a list.
    """
    lines = [line.strip() for line in text_cleaning.repair_windows_1252(text).strip().splitlines()]
    has_blank_lines = "" in lines
    made: list[str] = []
    text_lines: list[str] = []
    points: list[str] = []

    def close() -> None:
        if len(points) > 1:
            made.append("<ul>" + "".join(f"<li>{escape(BULLET.sub('', p, count=1))}</li>" for p in points) + "</ul>")
        else:
            text_lines.extend(points)
        if text_lines:
            made.append(f"<p>{escape(' '.join(text_lines))}</p>")
        text_lines.clear()
        points.clear()

    for line in lines:
        is_point = bool(BULLET.match(line))
        if not line or is_point != bool(points) or not (has_blank_lines or is_point):
            close()
        if line:
            (points if is_point else text_lines).append(line)
    close()
    return sanitise("".join(made))


def plain(html: str, *, show_links: bool = False) -> str:
    """Convert `html` to plain text: items after a dash or number, quotations after `>`, a blank line between blocks.

    With `show_links` each link is followed by its address.
    """
    return "\n\n".join(
        _plain(part, [text_runs.to_text(item, show_links=show_links) for item in part.items])
        for part in parse_blocks(html)
    )


def links(html: str) -> list[Link]:
    """Return all links in `html`, in reading order."""
    return [Link(*link) for part in parse_blocks(html) for item in part.items for link in text_runs.to_links(item)]


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
