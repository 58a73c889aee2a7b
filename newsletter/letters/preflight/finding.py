"""What preflight says: one thing that is wrong with a letter, where, and what to do about it."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from newsletter.letters.preflight.parsed_html import Element

Severity = Literal["stop", "warn"]


class Finding(NamedTuple):
    """`code` names the check, `place` where it was found, `hint` is a sentence on what to do.

    `stop` is for what would harm readers, break a law or lose the letter on its way; `warn` for
    what a person may decide.
    """

    code: str
    severity: Severity
    place: str
    hint: str


def at(elements: Sequence[Element]) -> str:
    """Where a person finds the first of `elements`."""
    if not elements:
        return "HTML"
    return f"HTML line {elements[0].line}: {elements[0].shown[:80]}"
