"""What counts as a link that may stand in a letter or on a page."""

import contextlib
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import idna

from newsletter.lib.errors import BadInput

HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?")


def validate_web_url(value: str, *, field: str) -> str:
    """`value` trimmed and its host in ASCII, when it is an absolute http or https address; else `BadInput`.

    A mailbox or browser must never be handed `javascript:`, `data:` or a half address. Some mail programs write a
    host of other letters in percent signs, which leads nowhere.
    """
    link = value.strip()
    hint = "Give the full address, such as https://example.org/story."
    if any(ord(c) <= 32 or c in '<>"\\`' or ord(c) == 127 for c in link):
        raise BadInput(field, "holds a blank or a character that no web address has.", hint)
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadInput(field, "is not a web address.", hint) from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise BadInput(field, "is not a web address.", hint)
    if parts.username or parts.password:
        raise BadInput(field, "carries a user name or password.", "Take the part before @ out.")
    try:
        return with_ascii_host(link)
    except ValueError:
        raise BadInput(field, "names a host that cannot be.", hint) from None


def with_ascii_host(link: str) -> str:
    """`link` with its host as the network knows it: bücher.example is xn--bcher-kva.example. Raises `ValueError`."""
    host = urlsplit(link).netloc
    if host.isascii():
        return link
    name, colon, port = host.partition(":")
    start = link.index("//") + 2
    return f"{link[:start]}{ascii_host(name)}{colon}{port}{link[start + len(host) :]}"


def ascii_host(name: str) -> str:
    """A host's name in ASCII, as browsers write it (UTS 46); raises `ValueError`."""
    if name.isascii():
        return name
    with contextlib.suppress(idna.IDNAError):
        return idna.encode(name, uts46=True).decode("ascii")
    return name.encode("idna").decode("ascii")  # the older rule admits signs that newer names may not have


def readable_host(name: str) -> str:
    """A host's name as people read it; raises nothing."""
    with contextlib.suppress(idna.IDNAError, UnicodeError):
        return idna.decode(name)
    return name


def parse_hosts(value: object, *, field: str) -> str:
    """Names of hosts such as `example.org www.example.com`, in lower case with single blanks; else `BadInput`."""
    if not isinstance(value, str):
        raise BadInput(field, "is not text.")
    given = value.lower().replace(",", " ").split()
    for host in given:
        if not HOST.fullmatch(host):
            raise BadInput(field, f"holds {host[:40]!r}, which is no host.", "Give names such as example.org.")
    try:
        return " ".join(map(ascii_host, given))
    except ValueError:
        raise BadInput(field, "holds a name that no host has.", "Give names such as example.org.") from None


def append_query(link: str, more: Mapping[str, str]) -> str:
    """`link` with `more` at the end of its query. What it held before stays as it is, letter by letter."""
    address, sign, fragment = link.partition("#")
    _, asks, query = address.partition("?")
    joint = "?" if not asks else "&" if query and not query.endswith("&") else ""
    return f"{address}{joint}{urlencode(more)}{sign}{fragment}"
