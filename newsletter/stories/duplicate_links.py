"""Has this article been queued before? Links are compared as pages, not as strings."""

import hashlib
import json
from urllib.parse import parse_qsl, unquote, urlsplit

from newsletter.lib.web_urls import ascii_host
from newsletter.stories.models import State, Story

# Parts of an address that say where a visitor came from, not what they came to read: analytics first, then what
# the large networks and senders of email add to each click.
TRACKING_PREFIXES = ("utm_", "mc_", "mtm_", "pk_", "piwik_", "at_", "_hs", "__hs", "hsa_", "oly_", "vero_", "guce_")
TRACKING = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "gbraid",
        "wbraid",
        "dclid",
        "msclkid",
        "twclid",
        "ttclid",
        "li_fat_id",
        "igshid",
        "igsh",
        "epik",
        "sccid",
        "yclid",
        "_openstat",
        "rb_clickid",
        "irclickid",
        "mkt_tok",
        "wt_mc",
        "wt_zmc",
        "s_cid",
        "cmpid",
        "ref_src",
        "__twitter_impression",
        "guccounter",
    ]
)
PORTS = {"http": 80, "https": 443}
ROUTES = ("/", "!")  # how a fragment begins that a page's scripts read as its address

Page = tuple[str, tuple[str, ...], tuple[tuple[str, str], ...], str]


def find_duplicate(story: Story) -> Story | None:
    """A queued or used story of the same publication that leads to the same page, the newest if several."""
    others = Story.objects.filter(
        publication_id=story.publication_id, page_key=story.page_key, state__in=[State.QUEUED, State.USED]
    )
    return others.exclude(pk=story.pk).order_by("-pk").first() if story.page_key else None


def page_key(url: str) -> str:
    """32 hexadecimal digits that are the same for all addresses of one page."""
    return hashlib.sha256(json.dumps(canonical_url(url)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def canonical_url(url: str) -> Page:
    """What `url` leads to: host, path, query and route, the same for every spelling of one address.

    That is for http and https, with and without www, the usual port, a / at its end, tracking, a #part, and with
    letters written in percent signs or as they are.
    """
    parts = urlsplit(url)
    host = ascii_host((parts.hostname or "").rstrip(".")).lower().removeprefix("www.")
    if parts.port and parts.port != PORTS.get(parts.scheme.lower()):
        host += f":{parts.port}"
    path = tuple(unquote(piece, errors="surrogateescape") for piece in parts.path.rstrip("/").split("/"))
    asked = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    query = tuple(sorted(pair for pair in asked if not _is_tracking(pair[0].lower())))
    route = unquote(parts.fragment.rstrip("/")) if parts.fragment.startswith(ROUTES) else ""
    return host, path, query, route


def _is_tracking(name: str) -> bool:
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)
