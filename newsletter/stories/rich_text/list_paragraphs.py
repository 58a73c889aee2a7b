"""Lists that a program wrote as paragraphs with a mark before each: Word's, and bullets that were typed. Pure."""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from newsletter.stories.rich_text.text_runs import BREAK, Run, is_visible

Kind = Literal["p", "ul", "ol", "blockquote"]
# Not the hyphens and dashes that begin what people say in some languages, and not the section mark.
BULLET = re.compile(r"[·•▪◦‣●○■□➤✓✔]\s+(?=\S)")
NUMBER = re.compile(r"\(?(\d{1,4})[.)]")
LETTER = re.compile(r"\(?[a-z]{1,4}[.)]", re.IGNORECASE)


class Part(NamedTuple):
    """A block and its items; a paragraph has one. `start` is the number of a numbered list's first item."""

    kind: Kind
    items: list[list[Run]]
    start: int = 1
    is_point: bool = False  # one point of a list that a program wrote as a paragraph


def kind_of_mark(mark: str) -> tuple[Kind, int]:
    """What kind of list has such a mark before its points, and the number in it."""
    if number := NUMBER.match(mark.strip()):
        return "ol", int(number[1]) or 1
    return ("ol" if LETTER.match(mark.strip()) else "ul"), 1


def as_lists(parts: Iterable[Part]) -> list[Part]:
    """`parts` with points in a row as one list, and so for two or more paragraphs in a row that begin with a bullet."""
    made: list[Part] = []
    for part in parts:
        last = made[-1] if made else None
        if last and last.is_point and part.is_point and last.kind == part.kind:
            last.items.extend(part.items)
        elif bare := _without_bullet(part):
            if last and last.is_point and last.kind == "ul":
                last.items.append(bare)
            elif last and (first := _without_bullet(last)):
                made[-1] = Part("ul", [first, bare], is_point=True)
            else:
                made.append(part)
        else:
            made.append(part)
    return [part._replace(is_point=False) for part in made]


def _without_bullet(part: Part) -> list[Run] | None:
    """The words of a paragraph behind its bullet; None when it has none, or holds line breaks."""
    if part.kind != "p" or any(run.text == BREAK for run in part.items[0]):
        return None
    first, *others = part.items[0]
    found = BULLET.match(first.text)
    bare = [first._replace(text=first.text[found.end() :]), *others] if found else []
    return bare if is_visible(bare) else None
