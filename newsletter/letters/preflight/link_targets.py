"""Whether an address may be used in an email. Judges the text of the address only; nothing is opened."""

import re
from ipaddress import ip_address
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from newsletter.lib.errors import BadInput
from newsletter.lib.web_urls import validate_web_url

# Reserved host names that are never reachable: RFC 2606 and RFC 6761.
PLACEHOLDERS = re.compile(r"(^|\.)(example\.(com|net|org)|example|invalid|test)$")
OWN_MACHINE = re.compile(r"(^|\.)(localhost|local|internal|lan)$")
BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
SHORTENERS = frozenset({"bit.ly", "buff.ly", "goo.gl", "is.gd", "ow.ly", "t.co", "tinyurl.com"})


class Objection(NamedTuple):
    """Why a link target is rejected; becomes a finding."""

    code: str
    severity: Literal["stop", "warn"]
    hint: str


def objection(address: str, *, local: bool) -> Objection | None:
    """Return the problem of `address` as a link or a picture's source, or None.

    `local`: the service runs on a developer's machine, so local and sample addresses are allowed.
    """
    if address.startswith(("mailto:", "tel:")):
        return None
    try:
        validate_web_url(address, field="link")
    except BadInput as error:
        return Objection("link.address", "stop", f"The link {error.problem} {error.hint}")
    if BROKEN_ESCAPE.search(address):
        return Objection("link.escape", "warn", "A % in a link must be followed by two digits; write %25 for the sign.")
    host = (urlsplit(address).hostname or "").lower()
    if _is_out_of_reach(host):
        return (
            None if local else Objection("link.local", "stop", "Readers cannot reach this host. Use a public address.")
        )
    if PLACEHOLDERS.search(host):
        return None if local else Objection("link.placeholder", "warn", "This is a sample address. Use the real one.")
    if host in SHORTENERS:
        return Objection("link.shortener", "warn", "Mailbox providers distrust shortened links. Use the full address.")
    if not address.lower().startswith("https:"):
        return Objection(
            "link.insecure", "warn", "Use https if the site supports it; http traffic can be read by anyone."
        )
    return None


def _is_out_of_reach(host: str) -> bool:
    """Return True for hosts that readers cannot reach: loopback, private networks, names without a dot."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or bool(OWN_MACHINE.search(host))
