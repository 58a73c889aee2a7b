"""Sections of the runbook as HTML, for display next to problems on the ops page."""

import re
from functools import cache

from django.conf import settings
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup


def _keep_web_links_only(state: StateCore) -> None:
    """Replace links that are not https by their text: the service does not serve the files beside the runbook."""
    for block in state.tokens:
        block.children = _without_other_links(block.children or [])


def _without_other_links(tokens: list[Token]) -> list[Token]:
    kept = []
    is_web_link = False
    for token in tokens:
        if token.type == "link_open":
            is_web_link = str(token.attrGet("href")).startswith("https://")
        if is_web_link or token.type not in ("link_open", "link_close"):
            kept.append(token)
    return kept


MARKDOWN = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .disable(["html_block", "html_inline", "image", "autolink"])
)
MARKDOWN.core.ruler.push("web_links_only", _keep_web_links_only)


@cache  # the file only changes with a new release
def runbook() -> dict[str, Markup]:
    """Return the runbook's sections by heading; empty if the docs are not installed."""
    try:
        text = (settings.BASE_DIR / "docs" / "runbook.md").read_text(encoding="utf-8")
    except OSError:
        return {}
    return pages(text)


def pages(text: str) -> dict[str, Markup]:
    """Split Markdown at its second-level headings and return each section as HTML."""
    found = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, rest = section.partition("\n")
        found[heading.strip()] = Markup(MARKDOWN.render(rest))  # noqa: S704 — raw HTML is escaped
    return found
