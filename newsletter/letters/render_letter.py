"""An edition's contents as a letter: its templates filled in, its styles inlined, once for all readers."""

from dataclasses import fields, replace

from django.conf import settings

from newsletter.letters.content.letter_content import LetterContent
from newsletter.mail.message import Letter
from newsletter.rendering.markup.css_inlining import inline_css
from newsletter.rendering.render_templates import render as fill

# What templates know: everything that a letter says, and not how it is laid out.
NAMES = tuple(field.name for field in fields(LetterContent) if field.name not in ("look", "template"))


def render(contents: LetterContent) -> Letter:
    """The letter as it leaves, with `MergeTag` marks in it. Raises `RenderingError`, `InliningError` or `NotTried`."""
    letter = draw(contents)
    # what curators wrote comes inlined out of its own process: here nothing would bound it
    html = letter.html if contents.template else inline_css(letter.html)
    return replace(letter, html=_with_own_links_untracked(html, contents) if contents.click_tracking else html)


def draw(contents: LetterContent) -> Letter:
    """The letter with its styles still in its head, as designers read it; that of a template of curators inlined."""
    values = {name: getattr(contents, name) for name in NAMES}
    return fill(settings.EMAIL_TEMPLATES / contents.look, values, own=contents.template)


def _with_own_links_untracked(html: str, contents: LetterContent) -> str:
    """Readers' own links keep our address: with a token in them, and to get out even when the tracker is down."""
    links = contents.links
    for link in (links.unsubscribe, links.preferences, links.web):
        html = html.replace(f'href="{link}"', f'clicktracking="off" href="{link}"')  # SendGrid's own attribute
    return html
