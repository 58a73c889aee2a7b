"""Render a single email with a personal link that works for some time, in the brand of a publication."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from newsletter.letters.content import brand_view, locale_formats
from newsletter.letters.content.translations import Translation
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.mail.message import Letter, Sender
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone
from newsletter.rendering import render_templates
from newsletter.rendering.markup.inline_styles import inline_css


class LinkEnd(NamedTuple):
    """When the link expires, in words."""

    day: str
    time: str
    zone: str


def sender_of(publication: Publication) -> Sender:
    """Return the sender of a publication's emails."""
    return Sender(publication.sender_name, publication.sender_email, publication.reply_to)


def link_letter(
    publication: Publication,
    words: Translation,
    *,
    phrases: SignUpPhrases,
    subject: str,
    heading: str,
    opening: str,
    link: str,
    until: datetime,
    already: bool = False,
) -> Letter:
    """Render an email with a link that works until then, in the brand of its publication."""
    local = until.astimezone(zone(publication.time_zone))
    context = {
        "brand": brand_view.brand_of(publication, pictures=settings.PICTURES_URL),
        "language": words.language,
        "direction": words.direction,
        "subject": subject,
        "preheader": opening.format(publication=publication.name),
        "phrases": phrases,
        "colon": words.colon,
        "heading": heading,
        "already": already,
        "link": link,
        "until": LinkEnd(
            locale_formats.long_date(local.date(), words.language),
            locale_formats.short_time(local.time(), words.language),
            locale_formats.zone_name(local),
        ),
        "sender": publication.sender_email,
        "postal_address": publication.postal_address,
    }
    rendered = render_templates.render(settings.EMAIL_TEMPLATES / "confirmation", context)
    return replace(rendered, html=inline_css(rendered.html))
