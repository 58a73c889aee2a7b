"""A letter as a reader who does not exist gets it: for previews, test emails and the public web version."""

from dataclasses import replace
from html import escape

from newsletter.delivery.recipients import reader_links
from newsletter.editions.models import Edition
from newsletter.mail.message import Letter, MergeTag

ANONYMOUS_ID = 0  # subscriber id whose links show an explanation and change nothing (reader_links.py)


def anonymous_letter(letter: Letter, edition: Edition) -> Letter:
    """Return `letter` with the fallback name and links that belong to no subscriber."""
    name, token = edition.publication.fallback_name, reader_links.token_signer(edition.pk)(ANONYMOUS_ID)

    def fill(text: str) -> str:
        # The longer merge tag first, in case one is a prefix of another.
        text = text.replace(MergeTag.FIRST_NAME_HTML, escape(name)).replace(MergeTag.FIRST_NAME, name)
        return text.replace(MergeTag.READER, token)

    return replace(letter, subject=fill(letter.subject), text=fill(letter.text), html=fill(letter.html))
