"""Bytes to SendGrid over connections kept alive, and the exact truth about what became of them.

The sendgrid package names the host and the headers. It is not used to carry the bytes: it
opens a new connection for every call, has no time-out, and does not tell whether a failed call
had been written in full. The whole promise of the ledger hangs on that last point, so this file
uses `http.client`, where writing and reading are two steps of ours:

    could not connect, or not all bytes were written    TryLater: a half request is no request
    all bytes written, then silence or a reset          Uncertain
    an answer                                           by its status, see `_meaning`

No call is ever repeated here.
"""

import http.client
import re
import select
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import orjson
from sendgrid import SendGridAPIClient

from newsletter.mail.errors import DispatchError, Refused, TryLater, Uncertain
from newsletter.mail.letters import Receipt

SEND = "/v3/mail/send"
# A connection idle for longer is not used again. The far end may close an idle connection at
# any moment, and a call written into that moment would be uncertain for no good reason.
KEEP_IDLE = 5.0  # seconds
OF_ONE_READER = re.compile(r"personalizations[.\[](\d{1,3})\]?\.(?:to|substitutions)\b", re.ASCII)
# Answers which SendGrid's documentation gives to requests that it did not take.
REFUSALS = frozenset({400, 401, 403, 404, 405, 406, 411, 413, 414, 415, 422, 451})


class Client:
    """Sends calls; safe to use from several threads, each call on a connection of its own.

    `base` overrides the host of the residency (`global` or `eu`). Time-outs are in seconds:
    for connecting, and for each single read or write.
    """

    def __init__(
        self, *, key: str, base: str = "", residency: str = "global", connect_timeout: float, answer_timeout: float
    ) -> None:
        official = SendGridAPIClient(api_key=key)
        if residency != "global":
            official.set_sendgrid_data_residency(residency)
        url = urlsplit(base or official.host)
        self._path = url.path.rstrip("/") + SEND
        self._headers = {**official.client.request_headers, "Content-Type": "application/json"}
        self._host, self._port, self._secure = url.hostname or "", url.port, url.scheme == "https"
        self._tls = ssl.create_default_context() if self._secure else None
        self._connect_timeout, self._answer_timeout = connect_timeout, answer_timeout
        self._idle: list[tuple[float, http.client.HTTPConnection]] = []
        self._lock = threading.Lock()

    def send(self, body: bytes, *, still: Callable[[], bool] | None = None) -> Receipt:
        """One call. Raises `Refused`, `TryLater` or `Uncertain` when it is not accepted.

        `still` is asked when all but the last byte is written: on False the last one is not, and so
        the call was not made. However long a worker slept before, it cannot make a call too late.
        """
        connection = self._take()
        try:
            if still is None:
                connection.request("POST", self._path, body, self._headers)
            else:
                length = {"Content-Length": str(len(body))}
                connection.request("POST", self._path, _keeping_the_last(body, still), {**self._headers, **length})
        except _TooLate as late:
            connection.close()
            raise TryLater("not made: its time was over before the last byte") from late
        except (OSError, http.client.HTTPException) as error:
            try:
                raise self._said_before_the_end(connection) or TryLater(f"not fully written: {_name(error)}") from error
            finally:
                connection.close()
        except ValueError as error:  # a header that cannot be written; nothing was
            connection.close()
            raise Refused(f"the request cannot be written: {_name(error)}") from error
        try:
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Uncertain(f"no answer: {_name(error)}") from error
        try:
            said = answer.read(65536)
        except (OSError, http.client.HTTPException):
            said = b""  # the status is the answer; the rest only explains it
        if answer.will_close or not answer.isclosed():
            connection.close()
        else:
            with self._lock:
                self._idle.append((time.monotonic(), connection))
        return _meaning(answer, said)

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _take(self) -> http.client.HTTPConnection:
        while True:
            with self._lock:
                if not self._idle:
                    break
                since, connection = self._idle.pop()
            if time.monotonic() - since < KEEP_IDLE and not _has_ended(connection):
                return connection
            connection.close()
        fresh: http.client.HTTPConnection
        if self._tls:
            fresh = http.client.HTTPSConnection(
                self._host, self._port, timeout=self._connect_timeout, context=self._tls
            )
        else:
            fresh = http.client.HTTPConnection(self._host, self._port, timeout=self._connect_timeout)
        try:
            fresh.connect()
        except OSError as error:
            fresh.close()
            raise TryLater(f"no connection: {_name(error)}") from error
        fresh.sock.settimeout(self._answer_timeout)
        return fresh

    def _said_before_the_end(self, connection: http.client.HTTPConnection) -> DispatchError | None:
        """What a far end said that stopped reading half-way: it may refuse a request by its head."""
        try:
            connection.sock.settimeout(min(2, self._answer_timeout))
            answer = connection.getresponse()
            _meaning(answer, answer.read(65536))
        except (Refused, TryLater, Uncertain) as meaning:
            return meaning if not isinstance(meaning, Uncertain) else None
        except (OSError, http.client.HTTPException, AttributeError):
            return None
        return None


class _TooLate(Exception):
    """The last byte must not be written any more."""


def _keeping_the_last(body: bytes, still: Callable[[], bool]) -> Iterator[bytes]:
    yield body[:-1]
    if not still():
        raise _TooLate
    yield body[-1:]


def _has_ended(connection: http.client.HTTPConnection) -> bool:
    """True when an idle connection has something to read: its end, or an answer nobody asked for."""
    try:
        return bool(select.select([connection.sock], [], [], 0)[0])
    except (OSError, ValueError, TypeError):
        return True


def _name(error: BaseException) -> str:
    return type(error).__name__ + (f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else "")


def _meaning(answer: http.client.HTTPResponse, said: bytes) -> Receipt:
    """The receipt, or the fate as an error (shared with nobody: this is SendGrid's dialect).

    A 5xx says nothing about whether the letters were queued; no page promises that it means no.
    """
    status = answer.status
    if status == 202:
        return Receipt(status, answer.headers.get("X-Message-Id", ""))
    detail = f"HTTP {status}{_complaint(said)}"
    if status == 429:
        raise TryLater(detail, status=status, wait=_pause(answer))
    if status in REFUSALS or 300 <= status < 400:
        raise Refused(detail, status=status, readers=_named(said))
    raise Uncertain(detail, status=status)


def _complaint(said: bytes) -> str:
    """SendGrid's complaints as `field: message`, with anything like an address left out."""
    try:
        errors = orjson.loads(said)["errors"]
        told = [f"{e['field']}: {e['message']}" if e.get("field") else str(e["message"]) for e in errors[:3]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return " – " + "; ".join(" ".join("…" if "@" in word else word for word in line.split()) for line in told)


def _named(said: bytes) -> list[int]:
    """Places of the readers whose own address or substitutions are complained of, ascending.

    Other fields of a personalization are the same for everybody, and so is a complaint about them.
    """
    try:
        fields = [error.get("field") for error in orjson.loads(said)["errors"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
    found = (OF_ONE_READER.match(field) for field in fields if isinstance(field, str))
    return sorted({int(match[1]) for match in found if match})


def _pause(answer: http.client.HTTPResponse) -> float:
    """Seconds until the provider's limit is lifted, between 1 and 300; 30 when it does not say."""
    for header, origin in (("Retry-After", 0.0), ("X-RateLimit-Reset", time.time())):
        with suppress(TypeError, ValueError):
            return min(300.0, max(1.0, float(answer.headers[header]) - origin))
    return 30.0
