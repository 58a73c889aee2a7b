"""Group the lines of pasted text for the review: long runs of lines that are left out can be folded."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.pasted_text.parse_pasted_text import ClassifiedLine

MANY = 6  # lines in a row that are left out; a whole page that was copied has a hundred


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Lines in a row. `is_folded`: all are left out, and there are many."""

    lines: tuple[ClassifiedLine, ...]
    is_folded: bool


def group_lines(lines: Iterable[ClassifiedLine], overruled: Collection[int]) -> Iterator[LineGroup]:
    """Yield the lines with text in groups. A line that a person `overruled` is never folded."""
    with_text = (line for line in lines if line.part is not LineType.BLANK)
    for is_left_out, members in groupby(with_text, key=lambda line: _is_left_out(line, overruled)):
        group = tuple(members)
        yield LineGroup(group, is_left_out and len(group) >= MANY)


def _is_left_out(line: ClassifiedLine, overruled: Collection[int]) -> bool:
    return line.part is LineType.IGNORED and line.number not in overruled
