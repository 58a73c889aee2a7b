"""A preflight finding: one problem of an email, where it is, and what to do about it."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from newsletter.letters.preflight.parsed_html import Element

Severity = Literal["stop", "warn"]


class Finding(NamedTuple):
    """One problem: `code` names the check, `hint` is a sentence that says what to do.

    `stop` is for a problem that would harm readers, break a law or lose the email on its way; `warn` leaves the
    decision to a person.
    """

    code: str
    severity: Severity
    place: str
    hint: str


def at(elements: Sequence[Element]) -> str:
    """Return where a person finds the first of `elements`."""
    if not elements:
        return "HTML"
    return f"HTML line {elements[0].line}: {elements[0].source[:80]}"
