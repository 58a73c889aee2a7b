"""An edition's contents as a letter: its templates filled in, its styles inlined, once for all readers."""

from dataclasses import fields, replace

from django.conf import settings

from newsletter.editions.contents import Contents
from newsletter.mail.inlining import inline
from newsletter.mail.letters import Letter
from newsletter.mail.rendering import render as fill


def render(contents: Contents) -> Letter:
    """The letter as it leaves, with `Token` marks in it. Raises `RenderingError` or `InliningError`."""
    letter = draw(contents)
    return replace(letter, html=inline(letter.html))


def draw(contents: Contents) -> Letter:
    """The letter with its styles still in its head, as designers read it."""
    return fill(
        settings.EMAIL_TEMPLATES / contents.look,
        {field.name: getattr(contents, field.name) for field in fields(contents)},
    )
