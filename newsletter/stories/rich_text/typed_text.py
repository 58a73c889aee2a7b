"""Convert a story's body to and from a text field: plain paragraphs, or HTML."""

import re

from newsletter.stories.rich_text import rich_text

TAG = re.compile(
    r"</?(p|ul|ol|li|a|strong|em|b|i|blockquote|br|div|span|h[1-6]|table|pre|q|sup|sub|del)\b[^<>]*>", re.IGNORECASE
)


def to_body(text: str) -> str:
    """Return the sanitised body for `text`: parsed as HTML if it contains a tag, otherwise as plain paragraphs."""
    return rich_text.sanitise(text) if TAG.search(text) else rich_text.from_plain(text)


def to_field_text(body: str) -> str:
    """Return the text field content for `body`: plain text if that loses nothing, otherwise HTML.

    `to_body` converts it back to the same body.
    """
    blocks = rich_text.blocks(body)
    text = rich_text.plain(body)
    return text if to_body(text) == "".join(block.html for block in blocks) else "\n".join(b.html for b in blocks)
