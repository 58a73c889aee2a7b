"""Render emails to staff: our plain template, inlined, with a text part and dark mode."""

from dataclasses import replace
from typing import Any

from django.conf import settings

from newsletter.accounts.staff_emails import StaffEmailContent
from newsletter.mail.message import Letter
from newsletter.rendering import render_templates
from newsletter.rendering.markup.inline_styles import inline_css

FACE = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
# the colours of our pages (web/static/css/tokens.css), as the layout of emails names them
BRAND: dict[str, Any] = {
    "light": {
        "page": "#faf8f4", "paper": "#ffffff", "ink": "#1d1c1a", "muted": "#5c5850", "rule": "#e2ddd2",
        "accent": "#1b4d5c", "on_accent": "#ffffff",
    },
    "dark": {
        "page": "#161614", "paper": "#1f1e1b", "ink": "#f0ede5", "muted": "#b5b0a5", "rule": "#37352f",
        "accent": "#8fc7d8", "on_accent": "#0d2129",
    },
    "typefaces": {"text": FACE, "label": FACE},
    "corners": {"button": 7, "picture": 0},
    "logo": None,
}  # fmt: skip


def render(content: StaffEmailContent) -> Letter:
    """Render an email with subject, text and HTML."""
    context = {
        **content,
        "brand": BRAND,
        "language": "en",
        "direction": "ltr",
        "preheader": (content["lines"] or [content["heading"]])[0],
        "service": settings.BASE_URL,
    }
    rendered = render_templates.render(settings.EMAIL_TEMPLATES / "staff", context)
    return replace(rendered, html=inline_css(rendered.html))
