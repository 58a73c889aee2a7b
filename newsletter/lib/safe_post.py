"""POST to a user-supplied URL without giving access to private networks (SSRF-safe, see safe_connection.py)."""

import http.client
from collections.abc import Mapping

from newsletter import __version__
from newsletter.lib.safe_connection import PUBLIC_ONLY, FetchPolicy, SafeConnector


def post(
    url: str, body: bytes, *, headers: Mapping[str, str], noun: str, seconds: float, policy: FetchPolicy = PUBLIC_ONLY
) -> int:
    """Return the status of the answer; raise `FetchError`. The answer's body is not read, redirects are not followed.

    The whole call takes at most `seconds`, apart from the system's look-up of the name.
    """
    connector = SafeConnector(policy, noun=noun, instead="", seconds=seconds)
    place = connector.target(url)
    with connector.connection(place) as connection:
        try:
            own = {"User-Agent": f"newsletter/{__version__}", "Connection": "close", "Accept-Encoding": "identity"}
            connection.request("POST", place.path, body=body, headers={**headers, **own})
            with connection.getresponse() as answer:
                return answer.status
        except (OSError, http.client.HTTPException, ValueError):
            raise connector.no_response() from None
