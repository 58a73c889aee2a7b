"""Has this article been queued before? Links are compared as pages, not as strings."""

from urllib.parse import parse_qsl, urlsplit

from newsletter.stories.models import State, Story

# Parts of an address that say where a visitor came from, not what they came to read.
TRACKING = ("utm_", "mc_", "fbclid", "gclid", "igshid")


def earlier(story: Story) -> Story | None:
    """A queued or used story of the same publication that leads to the same page, the newest if several."""
    others = Story.objects.filter(publication_id=story.publication_id, state__in=[State.QUEUED, State.USED])
    alike = others.filter(url__icontains=_host_and_path(story.url)).exclude(pk=story.pk).order_by("-pk")
    return next((other for other in alike if page(other.url) == page(story.url)), None)


def page(url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What `url` leads to: the same for http and https, with and without www, /, #part and tracking."""
    asked = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    return _host_and_path(url), tuple(sorted(p for p in asked if not p[0].lower().startswith(TRACKING)))


def _host_and_path(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/")
