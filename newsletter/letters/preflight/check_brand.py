"""Preflight of what every email of a publication has: its logo in dark mode."""

from collections.abc import Iterator

from newsletter.letters.content.brand_view import Logo
from newsletter.letters.preflight.finding import Finding


def check_logo(logo: Logo | None) -> Iterator[Finding]:
    """Find a logo that is dark on the dark paper of dark mode."""
    if logo and logo.plate:
        hint = "The logo is dark, so dark mode shows it on a light plate. Upload a light one for dark mode."
        yield Finding("logo.dark", "warn", "logo for dark mode", hint)
