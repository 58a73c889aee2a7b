"""Find lists that were written as paragraphs with a mark before each: from Word, or with typed bullets. Pure."""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from newsletter.stories.rich_text.text_runs import BREAK, TextRun, is_visible

Kind = Literal["p", "ul", "ol", "blockquote"]
# No hyphens and dashes, which start direct speech in some languages, and no section sign.
BULLET = re.compile(r"[·•▪◦‣●○■□➤✓✔]\s+(?=\S)")
NUMBER = re.compile(r"\(?(\d{1,4})[.)]")
LETTER = re.compile(r"\(?[a-z]{1,4}[.)]", re.IGNORECASE)


class Part(NamedTuple):
    """A block and its items; a paragraph has one item. `start` is the first number of a numbered list."""

    kind: Kind
    items: list[list[TextRun]]
    start: int = 1
    is_list_paragraph: bool = False  # one list item that was written as a paragraph


def parse_list_mark(mark: str) -> tuple[Kind, int]:
    """Return the kind of list that has this mark before its items, and the number in the mark."""
    if number := NUMBER.match(mark.strip()):
        return "ol", int(number[1]) or 1
    return ("ol" if LETTER.match(mark.strip()) else "ul"), 1


def join_list_paragraphs(parts: Iterable[Part]) -> list[Part]:
    """Join consecutive list paragraphs, and two or more consecutive paragraphs with bullets, into one list each."""
    made: list[Part] = []
    for part in parts:
        last = made[-1] if made else None
        if last and last.is_list_paragraph and part.is_list_paragraph and last.kind == part.kind:
            last.items.extend(part.items)
        elif text := _without_bullet(part):
            if last and last.is_list_paragraph and last.kind == "ul":
                last.items.append(text)
            elif last and (first := _without_bullet(last)):
                made[-1] = Part("ul", [first, text], is_list_paragraph=True)
            else:
                made.append(part)
        else:
            made.append(part)
    return [part._replace(is_list_paragraph=False) for part in made]


def _without_bullet(part: Part) -> list[TextRun] | None:
    """Return the text after a paragraph's bullet; None if it has no bullet, or has line breaks."""
    if part.kind != "p" or any(run.text == BREAK for run in part.items[0]):
        return None
    first, *others = part.items[0]
    found = BULLET.match(first.text)
    text = [first._replace(text=first.text[found.end() :]), *others] if found else []
    return text if is_visible(text) else None
