"""Shows a letter's HTML without letting it do anything: no script, no form, nothing loaded from elsewhere."""

import re

HERE = "http://127.0.0.1:* http://localhost:*"  # pictures that our own web server gives
# Links open beside the postbox. The bar takes no width, or a letter 600 px wide would look narrower.
BASE = '<base target="_blank"><style>html{scrollbar-width:none}</style>'


def framed(html: str) -> str:
    """`html` with its links opening in a new tab; otherwise as it came."""
    head = re.search(r"<head\b[^>]*>", html, re.IGNORECASE)
    if not head:
        head = re.search(r"<html\b[^>]*>", html, re.IGNORECASE) or re.match(
            r"\s*<!doctype\b[^>]*>", html, re.IGNORECASE
        )
    place = head.end() if head else 0
    return html[:place] + BASE + html[place:]


def guards(*, remote: bool) -> dict[str, str]:
    """Headers for that page. `remote` permits pictures, fonts and style sheets from the web."""
    web = " https: http:" if remote else ""
    return {
        "Content-Security-Policy": (
            "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors 'self'; img-src data: {HERE}{web}; "
            f"style-src 'unsafe-inline'{web}; font-src data:{web}; media-src data:{web}"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def has_remote_pictures(html: str) -> bool:
    """Whether pictures would be loaded from another machine."""
    found = re.finditer(r"""(?:src|background)\s*=\s*["']?|url\(\s*["']?""", html, re.IGNORECASE)
    return any(re.match(r"(?:https?:)?//(?!127\.0\.0\.1[:/]|localhost[:/])", html[one.end() :][:40]) for one in found)
