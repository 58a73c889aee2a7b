"""Render the contents of an edition as a letter, once for all readers: fill in templates and inline styles."""

from dataclasses import fields, replace

from django.conf import settings

from newsletter.letters.content.letter_content import LetterContent
from newsletter.mail.message import Letter
from newsletter.rendering.markup.inline_styles import inline_css
from newsletter.rendering.render_templates import render as fill

# The names that templates know: all content of a letter, but not its layout.
NAMES = tuple(field.name for field in fields(LetterContent) if field.name not in ("layout", "template"))


def render(contents: LetterContent) -> Letter:
    """Return the letter as sent, with merge tags.

    Raises `RenderingError`, `InliningError` or `TemplateRendererUnavailable`.
    """
    letter = draw(contents)
    # a custom template is inlined in its own process, because nothing would limit its cost here
    html = letter.html if contents.template else inline_css(letter.html)
    return replace(letter, html=_with_own_links_untracked(html, contents) if contents.click_tracking else html)


def draw(contents: LetterContent) -> Letter:
    """Return the letter with its styles still in the head; with a custom template, already inlined."""
    values = {name: getattr(contents, name) for name in NAMES}
    return fill(settings.EMAIL_TEMPLATES / contents.layout, values, own=contents.template)


def _with_own_links_untracked(html: str, contents: LetterContent) -> str:
    """Exempt readers' personal links from click tracking.

    They carry a token, and unsubscribing must work even when the tracking host is down.
    """
    links = contents.links
    for link in (links.unsubscribe, links.preferences, links.web):
        html = html.replace(f'href="{link}"', f'clicktracking="off" href="{link}"')  # SendGrid's attribute
    return html
