"""Shows the HTML of a letter in a sandbox: no scripts, no forms, nothing loaded from elsewhere."""

import re

LOCAL_PICTURES = "http://127.0.0.1:* http://localhost:*"  # from our own web server
# Links open in a new tab. The scroll bar takes no width, so that a letter of 600 px has 600 px.
BASE = '<base target="_blank"><style>html{scrollbar-width:none}</style>'


def add_base_target(html: str) -> str:
    """Return `html` with links that open in a new tab, otherwise unchanged."""
    head = re.search(r"<head\b[^>]*>", html, re.IGNORECASE)
    if not head:
        head = re.search(r"<html\b[^>]*>", html, re.IGNORECASE) or re.match(
            r"\s*<!doctype\b[^>]*>", html, re.IGNORECASE
        )
    place = head.end() if head else 0
    return html[:place] + BASE + html[place:]


def security_headers(*, remote: bool) -> dict[str, str]:
    """Return headers for that page. `remote` allows pictures, fonts and style sheets from the web."""
    web = " https: http:" if remote else ""
    return {
        "Content-Security-Policy": (
            "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors 'self'; img-src data: {LOCAL_PICTURES}{web}; "
            f"style-src 'unsafe-inline'{web}; font-src data:{web}; media-src data:{web}"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def has_remote_pictures(html: str) -> bool:
    """Return True if the HTML has pictures from other machines."""
    found = re.finditer(r"""(?:src|background)\s*=\s*["']?|url\(\s*["']?""", html, re.IGNORECASE)
    return any(re.match(r"(?:https?:)?//(?!127\.0\.0\.1[:/]|localhost[:/])", html[one.end() :][:40]) for one in found)
