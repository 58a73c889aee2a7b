"""Bytes to SendGrid over connections kept alive, and the exact truth about what became of them.

The sendgrid package names the host and the headers. It is not used to carry the bytes: it
opens a new connection for every call, has no time-out, and does not tell whether a failed call
had been written in full. The whole promise of the ledger hangs on that last point, so this file
uses `http.client`, where writing and reading are two steps of ours:

    could not connect, or not all bytes were written    TryLater: a half request is no request
    all bytes written, then silence or a reset          Uncertain
    an answer                                           by its status (response_meaning.py)

No call is ever repeated here.
"""

import http.client
import select
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from sendgrid import SendGridAPIClient

from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import ProviderError, Refused, RetryLater, Uncertain
from newsletter.mail.sendgrid.response_meaning import meaning

SEND = "/v3/mail/send"
# A connection idle for longer is not used again. The far end may close an idle connection at
# any moment, and a call written into that moment would be uncertain for no good reason.
KEEP_IDLE = 5.0  # seconds
# After these the far end may still say something, which must not be taken for the answer to the next call.
NO_LAST_WORD = frozenset({*range(100, 200), 408})


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
        """One call. Raises `Refused`, `RetryLater` or `Uncertain` when it is not accepted.

        `still` is asked when all but the last byte is written: on False the last one is not, and so
        the call was not made. However long a worker slept before, it cannot make a call too late.
        Nor is it when a connection that was used before has something to read by then: that may be about
        the connection itself, such as a load balancer's 408 for having been idle, and not about this call.
        """
        connection, was_used = self._take()
        headers = {**self._headers, "Content-Length": str(len(body))}
        quiet = (lambda: not _is_stale(connection)) if was_used else None
        try:
            connection.request("POST", self._path, _hold_back_last_byte(body, still, quiet), headers)
        except _DeadlinePassed as late:
            connection.close()
            raise RetryLater("not made: its time was over before the last byte") from late
        except _SaidUnasked as early:
            connection.close()
            raise RetryLater("not made: the connection had something to read before the last byte") from early
        except (OSError, http.client.HTTPException) as error:
            try:
                raise self._said_before_the_end(connection) or RetryLater(
                    f"not fully written: {_name(error)}"
                ) from error
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
        if answer.will_close or not answer.isclosed() or answer.status in NO_LAST_WORD:
            connection.close()
        else:
            with self._lock:
                self._idle.append((time.monotonic(), connection))
        return meaning(answer, said)

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _take(self) -> tuple[http.client.HTTPConnection, bool]:
        """A connection, and whether a call was answered on it before."""
        while True:
            with self._lock:
                if not self._idle:
                    break
                since, connection = self._idle.pop()
            if time.monotonic() - since < KEEP_IDLE and not _is_stale(connection):
                return connection, True
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
        except (OSError, UnicodeError) as error:  # the latter for a name that no host can have
            fresh.close()
            raise RetryLater(f"no connection: {_name(error)}") from error
        fresh.sock.settimeout(self._answer_timeout)
        return fresh, False

    def _said_before_the_end(self, connection: http.client.HTTPConnection) -> ProviderError | None:
        """What a far end said that stopped reading half-way: it may refuse a request by its head."""
        try:
            connection.sock.settimeout(min(2, self._answer_timeout))
            answer = connection.getresponse()
            meaning(answer, answer.read(65536))
        except (Refused, RetryLater) as came:
            return came
        except Uncertain:
            return None
        except (OSError, http.client.HTTPException, AttributeError):
            return None
        return None


class _DeadlinePassed(Exception):
    """The last byte must not be written any more."""


class _SaidUnasked(Exception):
    """The far end said something, or closed the connection, before it had the whole call."""


def _hold_back_last_byte(
    body: bytes, still: Callable[[], bool] | None, quiet: Callable[[], bool] | None
) -> Iterator[memoryview]:
    whole = memoryview(body)
    yield whole[:-1]
    if still is not None and not still():
        raise _DeadlinePassed
    if quiet is not None and not quiet():
        raise _SaidUnasked
    yield whole[-1:]


def _is_stale(connection: http.client.HTTPConnection) -> bool:
    """True when an idle connection has something to read: its end, or an answer nobody asked for."""
    try:
        return bool(select.select([connection.sock], [], [], 0)[0])
    except (OSError, ValueError, TypeError):
        return True


def _name(error: BaseException) -> str:
    return type(error).__name__ + (f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else "")
