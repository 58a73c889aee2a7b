"""One call to the postbox, as both designs make it."""

import json
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

PATIENCE = 1.0  # seconds for each step of a call
ACCEPTED = 202


class Failed(Exception):
    """The call was not answered with “accepted”, for whatever reason."""


def send(url: str, emails: list[str]) -> None:
    """Submit one letter to these people; raises `Failed`."""
    letter = {
        "personalizations": [{"to": [{"email": email}]} for email in emails],
        "from": {"email": "post@example.org"},
        "subject": "The bridge opens",
        "content": [{"type": "text/plain", "value": "The new bridge opens on Friday."}],
    }
    there = urlsplit(url)
    line = HTTPConnection(there.hostname or "", there.port, timeout=PATIENCE)
    try:
        line.request(
            "POST",
            "/v3/mail/send",
            json.dumps(letter).encode(),
            {"Authorization": "Bearer torture", "Content-Type": "application/json"},
        )
        answer = line.getresponse()
        answer.read()
    except (OSError, HTTPException) as error:
        raise Failed(type(error).__name__) from error
    finally:
        line.close()
    if answer.status != ACCEPTED:
        raise Failed(f"HTTP {answer.status}")
