"""Requests and replies as values, without sockets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson

from newsletter.postbox.requests.fault_injection import FaultRule


@dataclass(frozen=True)
class Request:
    """`headers` have lower-case names; `path_parts` are the variable parts of the path."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    now: datetime
    path_parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """A reply; `fault` changes how it is sent."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: FaultRule | None = None

    def bytes(self, *, close: bool) -> bytes:
        """Return the reply as bytes for the socket. 204 has no body and no length (RFC 9110, section 8.6)."""
        lines = [f"HTTP/1.1 {self.status} {_phrase(self.status)}", "Server: postbox"]
        if self.status != 204:
            lines += [f"Content-Type: {self.kind}", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines.append(f"Connection: {'close' if close else 'keep-alive'}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + self.body


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"


def json_reply(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Build a reply with `value` as JSON."""
    body = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    return Reply(status, body, "application/json", {"Cache-Control": "no-store", **(headers or {})})


def error_reply(
    status: int,
    message: str,
    *,
    field: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Build a reply with one error in SendGrid's format."""
    return json_reply({"errors": [{"message": message, "field": field, "help": None}]}, status=status, headers=headers)
