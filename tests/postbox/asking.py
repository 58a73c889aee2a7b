"""How the tests speak to a postbox: a plain body, and one question over real HTTP."""

import http.client
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from newsletter.postbox.postbox import Postbox

SEND = "/v3/mail/send"
KEY = {"Authorization": "Bearer key", "Content-Type": "application/json"}


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def fields(self) -> list[str | None]:
        """What the errors are about."""
        return [error["field"] for error in self.json["errors"]]


def person(address: str, **more: Any) -> dict[str, Any]:
    """A personalization."""
    return {"to": [{"email": address}], **more}


def letter(*addresses: str, **changes: Any) -> dict[str, Any]:
    """A body that is right, with one personalization for each address; `changes` of None take a field out."""
    body = {
        "personalizations": [person(address) for address in addresses or ("rita@example.org",)],
        "from": {"email": "news@example.org", "name": "The Example"},
        "subject": "Hello",
        "content": [{"type": "text/plain", "value": "Good morning"}, {"type": "text/html", "value": "<p>Good morning"}],
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def connect(postbox: Postbox) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", postbox.port, timeout=20)


def ask(
    to: Postbox | http.client.HTTPConnection,
    method: str,
    path: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One question, over a connection of its own unless one is given. `body` may be bytes, or anything for JSON."""
    connection = connect(to) if isinstance(to, Postbox) else to
    raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    try:
        connection.request(method, path, raw, dict(KEY if headers is None else headers))
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.headers.items()), answer.read())
    finally:
        if isinstance(to, Postbox):
            connection.close()


def send(to: Postbox | http.client.HTTPConnection, *addresses: str, **changes: Any) -> Answer:
    """Send a letter as `letter` makes it."""
    return ask(to, "POST", SEND, letter(*addresses, **changes))
