"""Validate web addresses for emails and pages."""

import contextlib
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import idna

from newsletter.lib.errors import BadInput

HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?")
NOT_IN_ADDRESSES = re.compile(r'[\x00-\x20<>"\\`\x7f\ud800-\udfff]')  # no file and no database holds a surrogate


def validate_web_url(value: str, *, field: str) -> str:
    """Return `value` trimmed, with its host in ASCII; raise `BadInput` unless it is an absolute http or https address.

    Email clients and browsers must never receive `javascript:`, `data:` or a relative address. The host is ASCII
    because some email clients percent-encode an international host, which breaks the link.
    """
    link = value.strip()
    hint = "Enter the full address, such as https://example.org/story."
    if NOT_IN_ADDRESSES.search(link):
        raise BadInput(field, "contains a space or a character that is not allowed in a web address.", hint)
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadInput(field, "is not a web address.", hint) from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise BadInput(field, "is not a web address.", hint)
    if parts.username or parts.password:
        raise BadInput(field, "contains a user name or password.", "Remove the part before the @.")
    try:
        return with_ascii_host(link)
    except ValueError:
        raise BadInput(field, "has an invalid host name.", hint) from None


def with_ascii_host(link: str) -> str:
    """Return `link` with its host in ASCII: bücher.example becomes xn--bcher-kva.example. Raises `ValueError`."""
    host = urlsplit(link).netloc
    if host.isascii():
        return link
    name, colon, port = host.partition(":")
    start = link.index("//") + 2
    return f"{link[:start]}{ascii_host(name)}{colon}{port}{link[start + len(host) :]}"


def ascii_host(name: str) -> str:
    """Return a host name in ASCII, as browsers write it (UTS 46); raise `ValueError` if there is none."""
    if name.isascii():
        return name
    with contextlib.suppress(idna.IDNAError):
        return idna.encode(name, uts46=True).decode("ascii")
    return name.encode("idna").decode(
        "ascii"
    )  # the older standard (IDNA 2003) allows characters that the newer one does not


def readable_host(name: str) -> str:
    """Return a host name as people read it. Never raises."""
    with contextlib.suppress(idna.IDNAError, UnicodeError):
        return idna.decode(name)
    return name


def parse_hosts(value: object, *, field: str) -> str:
    """Return host names such as `example.org www.example.com` in lower case, separated by single spaces.

    Raises `BadInput` for anything else.
    """
    if not isinstance(value, str):
        raise BadInput(field, "is not text.")
    given = value.lower().replace(",", " ").split()
    for host in given:
        if not HOST.fullmatch(host):
            raise BadInput(
                field, f"contains {host[:40]!r}, which is not a host name.", "Enter names such as example.org."
            )
    try:
        return " ".join(map(ascii_host, given))
    except ValueError:
        raise BadInput(field, "contains an invalid host name.", "Enter names such as example.org.") from None


def append_query(link: str, more: Mapping[str, str]) -> str:
    """Return `link` with `more` appended to its query. The existing query stays byte for byte the same."""
    base, hash_sign, fragment = link.partition("#")
    _, question_mark, query = base.partition("?")
    joint = "?" if not question_mark else "&" if query and not query.endswith("&") else ""
    return f"{base}{joint}{urlencode(more)}{hash_sign}{fragment}"
