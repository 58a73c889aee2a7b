"""What counts as a link that may stand in a letter or on a page."""

from urllib.parse import urlsplit

from newsletter.lib.errors import BadInput


def web_link(value: str, *, field: str) -> str:
    """`value` trimmed, when it is an absolute http or https address; else `BadInput`.

    A mailbox or browser must never be handed `javascript:`, `data:` or a half address.
    """
    link = value.strip()
    mend = "Give the full address, such as https://example.org/story."
    if any(ord(c) <= 32 or c in '<>"\\`' or ord(c) == 127 for c in link):
        raise BadInput(field, "holds a blank or a character that no web address has.", mend)
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadInput(field, "is not a web address.", mend) from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise BadInput(field, "is not a web address.", mend)
    if parts.username or parts.password:
        raise BadInput(field, "carries a user name or password.", "Take the part before @ out.")
    return link
