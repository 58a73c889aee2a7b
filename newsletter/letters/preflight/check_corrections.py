"""Preflight of corrections: an own template has to print those that its email takes."""

from collections.abc import Iterator, Sequence

from newsletter.letters.content.correction_view import CorrectionView
from newsletter.letters.preflight.finding import Finding
from newsletter.letters.preflight.parsed_html import parse_html
from newsletter.mail.message import Letter
from newsletter.mail.text_cleaning import visible_text

HINT = (
    "The template does not print this correction, which is printed in one email only. Add corrections_row to the "
    "template as in the starting template, or take the line out on the page of the corrected story."
)


def check_corrections(letter: Letter, corrections: Sequence[CorrectionView]) -> Iterator[Finding]:
    """Find corrections that the email was to print and does not."""
    if not corrections:
        return
    shown = visible_text(parse_html(letter.html).text)
    for correction in corrections:
        if visible_text(correction.text) not in shown:
            yield Finding("correction.missing", "stop", f"corrections: {correction.text[:80]}", HINT)
