"""Preflight of snippets: an own template has to print those that run."""

from collections.abc import Iterator, Sequence

from newsletter.letters.content.snippet_view import SnippetView
from newsletter.letters.preflight.finding import Finding
from newsletter.letters.preflight.parsed_html import parse_html
from newsletter.mail.message import Letter
from newsletter.mail.text_cleaning import visible_text

HINT = (
    "The template does not print this snippet. Give snippets to flow in the template, as the starting template does, "
    "or retire the snippet."
)


def check_snippets(letter: Letter, snippets: Sequence[SnippetView]) -> Iterator[Finding]:
    """Find snippets that the email was to print and does not."""
    titles = [snippet.title for snippet in snippets if snippet.title]
    if not titles:
        return
    shown = visible_text(parse_html(letter.html).text)
    for title in titles:
        if visible_text(title) not in shown:
            yield Finding("snippet.missing", "warn", f"snippet: {title[:80]}", HINT)
