"""Ask a site whether a page is there, without reading it: HEAD, then GET if the site does not answer that."""

import http.client
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urljoin

from newsletter import __version__
from newsletter.lib.safe_connection import PUBLIC_ONLY, FetchError, FetchPolicy, SafeConnector
from newsletter.lib.safe_fetch import REDIRECTS, location

PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
MAX_REDIRECTS = 6
SECONDS = 10.0  # for one method with all its redirects


class SiteAnswer(NamedTuple):
    """The status after all redirects, and where permanent redirects lead, empty if there are none.

    A temporary redirect ends the way to `moved_to`: what follows it may be another page tomorrow.
    """

    status: int
    moved_to: str = ""


def ask_site(url: str, *, policy: FetchPolicy = PUBLIC_ONLY) -> SiteAnswer:
    """Return what the site of `url` answers; raise `FetchError`."""
    try:
        answer = _follow("HEAD", url, policy)
    except FetchError as error:
        if error.is_final:
            raise
    else:
        if answer.status < HTTPStatus.BAD_REQUEST:
            return answer
    return _follow("GET", url, policy)


def _follow(method: str, url: str, policy: FetchPolicy) -> SiteAnswer:
    connector = SafeConnector(policy, noun="page", instead="", seconds=SECONDS)
    moved_to, is_permanent = "", True
    for _ in range(MAX_REDIRECTS + 1):
        status, target = _request(connector, method, url)
        if not target:
            return SiteAnswer(status, moved_to)
        is_permanent = is_permanent and status in PERMANENT
        try:
            url = urljoin(url, target)
        except ValueError:
            raise connector.error("The address redirects to an invalid address.", "", is_final=True) from None
        moved_to = url if is_permanent else moved_to
    raise connector.error("The address redirects too many times.", "", is_final=True)


def _request(connector: SafeConnector, method: str, url: str) -> tuple[int, str]:
    """Return the status and the address of a redirect. The body is not read."""
    place = connector.target(url)
    with connector.connection(place) as connection:
        try:
            headers = {
                "User-Agent": f"Mozilla/5.0 (compatible; newsletter/{__version__}; links)",
                "Accept": "text/html, */*;q=0.5",
                "Accept-Encoding": "identity",
                "Connection": "close",
            }
            connection.request(method, place.path, headers=headers)
            with connection.getresponse() as answer:
                header = answer.getheader("Location") if answer.status in REDIRECTS else ""
                return answer.status, location(header) if header else ""
        except (OSError, http.client.HTTPException, ValueError):
            raise connector.no_response() from None
