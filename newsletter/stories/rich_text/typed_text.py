"""A story's body as people type it in a text field: plain paragraphs, or HTML. What is shown and saved is the same."""

import re

from newsletter.stories.rich_text import rich_text

TAG = re.compile(
    r"</?(p|ul|ol|li|a|strong|em|b|i|blockquote|br|div|span|h[1-6]|table|pre|q|sup|sub|del)\b[^<>]*>", re.IGNORECASE
)


def body_of(text: str) -> str:
    """The sanitised body that `text` stands for: HTML where it holds a tag, else plain paragraphs."""
    return rich_text.sanitise(text) if TAG.search(text) else rich_text.from_plain(text)


def text_of(body: str) -> str:
    """What a text field shows for `body`: plain words where they say all of it, else its HTML.

    `body_of` makes the same body of it again.
    """
    blocks = rich_text.blocks(body)
    words = rich_text.plain(body)
    return words if body_of(words) == "".join(block.html for block in blocks) else "\n".join(b.html for b in blocks)
