"""Detect whether an article was queued before. Links are compared as pages, not as strings."""

import hashlib
import json
from collections.abc import Collection
from urllib.parse import parse_qsl, unquote, urlsplit

from newsletter.lib.web_urls import ascii_host
from newsletter.stories.models import Story, StoryState

# URL parameters that say where a visitor came from, not which page they read: analytics tools, then what the large
# networks and email services add to each click.
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
ROUTES = ("/", "!")  # a fragment that begins like this is a client-side route

Page = tuple[str, tuple[str, ...], tuple[tuple[str, str], ...], str]


def find_duplicate(story: Story) -> Story | None:
    """Return the newest queued or used story of the same publication that links to the same page, if any."""
    return find_story_of_page(story.publication_id, story.page_key, other_than=story.pk)


def find_story_of_page(publication_id: int, key: str, *, other_than: int | None = None) -> Story | None:
    """Return the newest queued or used story of a publication whose link has this page key, if any."""
    others = Story.objects.filter(
        publication_id=publication_id, page_key=key, state__in=[StoryState.QUEUED, StoryState.USED]
    )
    others = others if other_than is None else others.exclude(pk=other_than)
    return others.order_by("-pk").first() if key else None


def stories_of_pages(stories: Collection[Story]) -> dict[str, Story]:
    """Return the newest queued or used story by page key, for the pages of these stories of one publication."""
    publications = {story.publication_id for story in stories}
    keys = {story.page_key for story in stories if story.page_key}
    states = [StoryState.QUEUED, StoryState.USED]
    others = Story.objects.filter(publication__in=publications, page_key__in=keys, state__in=states)
    return {story.page_key: story for story in others.order_by("pk")} if keys else {}


def without_tracking(url: str) -> str:
    """Return `url` without parameters that say where a visitor came from. Everything else stays byte for byte."""
    base, hash_sign, fragment = url.partition("#")
    path, question_mark, query = base.partition("?")
    kept = [pair for pair in query.split("&") if not _is_tracking(unquote(pair.partition("=")[0]).lower())]
    return path + (question_mark + "&".join(kept) if any(kept) else "") + hash_sign + fragment


def page_key(url: str) -> str:
    """Return 32 hexadecimal digits that are the same for all URLs of one page."""
    return hashlib.sha256(json.dumps(canonical_url(url)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def canonical_url(url: str) -> Page:
    """Return host, path, query and route of `url`, the same for every spelling of one address.

    Ignored are: http or https, www, the default port, a trailing slash, tracking parameters, a fragment, and percent
    encoding.
    """
    parts = urlsplit(url)
    host = ascii_host((parts.hostname or "").rstrip(".")).lower().removeprefix("www.")
    if parts.port and parts.port != PORTS.get(parts.scheme.lower()):
        host += f":{parts.port}"
    path = tuple(unquote(piece, errors="surrogateescape") for piece in parts.path.rstrip("/").split("/"))
    parameters = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    query = tuple(sorted(pair for pair in parameters if not _is_tracking(pair[0].lower())))
    route = unquote(parts.fragment.rstrip("/")) if parts.fragment.startswith(ROUTES) else ""
    return host, path, query, route


def _is_tracking(name: str) -> bool:
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)
