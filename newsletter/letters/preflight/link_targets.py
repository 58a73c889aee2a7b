"""May this address stand in a letter? Looks at its spelling only, and opens nothing."""

import re
from ipaddress import ip_address
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from newsletter.lib.errors import BadInput
from newsletter.lib.web_urls import validate_web_url

# Names that never lead anywhere: RFC 2606 and RFC 6761.
PLACEHOLDERS = re.compile(r"(^|\.)(example\.(com|net|org)|example|invalid|test)$")
OWN_MACHINE = re.compile(r"(^|\.)(localhost|local|internal|lan)$")
SHORTENERS = frozenset({"bit.ly", "buff.ly", "goo.gl", "is.gd", "ow.ly", "t.co", "tinyurl.com"})


class Objection(NamedTuple):
    code: str
    severity: Literal["stop", "warn"]
    hint: str


def objection(address: str, *, local: bool) -> Objection | None:
    """What speaks against `address` as a link or a picture's source; None when nothing does.

    `local` says that we run on a machine of our own: letters may then lead to it, and sample
    addresses are at home.
    """
    if address.startswith(("mailto:", "tel:")):
        return None
    try:
        validate_web_url(address, field="link")
    except BadInput as error:
        return Objection("link.address", "stop", f"It {error.problem} {error.hint}")
    host = (urlsplit(address).hostname or "").lower()
    if _is_out_of_reach(host):
        return None if local else Objection("link.local", "stop", "Readers cannot reach this host. Give a public one.")
    if PLACEHOLDERS.search(host):
        return None if local else Objection("link.placeholder", "warn", "This is a sample host. Give the real one.")
    if host in SHORTENERS:
        return Objection("link.shortener", "warn", "Mailboxes distrust shortened links. Give the address it leads to.")
    if not address.lower().startswith("https:"):
        return Objection("link.insecure", "warn", "Use https if the site has it; without it anyone can read along.")
    return None


def _is_out_of_reach(host: str) -> bool:
    """True for hosts that only we ourselves can reach: loopback, private networks, names without a dot."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or bool(OWN_MACHINE.search(host))
