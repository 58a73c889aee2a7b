"""A body shown in a text field and saved again is the same body."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.stories.rich_text.rich_text import sanitise
from newsletter.stories.rich_text.typed_text import to_body, to_field_text
from tests.stories.rich_text.test_rich_text import SOUP


@given(st.one_of(st.text(), SOUP))
@example("<p>Use &lt;p&gt; here</p>")
@example("<p>• one</p><ul><li>two</li></ul>")
@example("<p>one<br>two</p>")
@example("<p>&amp;amp;lt;</p>")
def test_what_is_shown_and_saved_is_what_was_stored(given_html: str) -> None:
    body = sanitise(given_html)
    assert to_body(to_field_text(body)) == body
    assert to_body(to_field_text(body).replace("\n", "\r\n")) == body  # as browsers send it
    assert to_body(f"<div>{body}</div>") == body  # as the editor sends it


@pytest.mark.parametrize("body", ["<p>One.</p><p>Two &amp; three.</p>", "<p>Only one</p>"])
def test_plain_paragraphs_are_shown_without_tags(body: str) -> None:
    assert "<" not in to_field_text(body)


@pytest.mark.parametrize("body", ["<p>a <strong>b</strong></p>", "<p>Use &lt;p&gt; here</p>", "<ul><li>a</li></ul>"])
def test_what_plain_words_cannot_say_is_shown_as_html(body: str) -> None:
    assert to_field_text(body) == body
