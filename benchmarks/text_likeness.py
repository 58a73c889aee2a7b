"""How like the texts that were read are to those that were wanted, as the public article extraction benchmark compares.

Words in groups of four: the multiset that both texts have in common, what was read besides and what is missing. The
counts of a page are divided by their sum, so that every page has the same weight.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

GROUP = 4  # words compared as one
WORDS = re.compile(r"\w+")


class Likeness(NamedTuple):
    """How much of what was read is wanted (precision), how much of what is wanted was read (recall), and both."""

    f1: float
    precision: float
    recall: float


def text_likeness(pairs: Iterable[tuple[str, str]]) -> Likeness:
    """Return the likeness of texts that were read to those that were wanted."""
    both = more = less = 0.0
    for ours, theirs in ((_groups(read), _groups(wanted)) for read, wanted in pairs):
        shared, total = (ours & theirs).total(), (ours | theirs).total() or 1
        both += shared / total
        more += (ours.total() - shared) / total
        less += (theirs.total() - shared) / total
    precision, recall = both / ((both + more) or 1), both / ((both + less) or 1)
    return Likeness(2 * precision * recall / ((precision + recall) or 1), precision, recall)


def _groups(text: str) -> Counter[tuple[str, ...]]:
    words = WORDS.findall(text)
    if 0 < len(words) < GROUP:
        return Counter([tuple(words)])
    return Counter(zip(*(words[start:] for start in range(GROUP)), strict=False))
