"""Send mail/send calls to SendGrid over persistent connections and report exactly what happened to each.

The sendgrid package supplies only the host and the headers. It does not send the calls, because it opens a new
connection for each, has no timeout, and does not tell whether a failed call was fully written. The ledger depends on
that last point, so this module uses `http.client`, which separates writing from reading:

    could not connect, or not all bytes were written    RetryLater: a partial request is no request
    all bytes written, then silence or a reset          Uncertain
    a response                                          by its status (response_meaning.py)

This module never repeats a call.
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
from newsletter.mail.sendgrid.response_meaning import interpret_response

SEND = "/v3/mail/send"
# Connections idle for longer are not reused. The server may close an idle connection at any time, and a call written at
# that moment would be uncertain for no good reason.
MAX_IDLE_SECONDS = 5.0
# After these statuses the server may send more, which must not be read as the response to the next call.
NOT_FINAL_STATUSES = frozenset({*range(100, 200), 408})


class Client:
    """Client for mail/send calls. Thread-safe: concurrent calls use separate connections.

    `base` overrides the host of the data residency (`global` or `eu`). Timeouts are in seconds, for connecting and for
    each single read or write.
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

    def send(self, body: bytes, *, may_finish: Callable[[], bool] | None = None) -> Receipt:
        """Make one call. Raises `Refused`, `RetryLater` or `Uncertain` if it is not accepted.

        `may_finish` is called when all bytes but the last are written. If it returns False, the last byte is not
        written, so the call is not made. A worker that was suspended can therefore never make a call too late. The last
        byte is also held back if a reused connection has unread data: it may concern the connection, such as a load
        balancer's 408 for an idle one, and not this call.
        """
        connection, was_used = self._take()
        headers = {**self._headers, "Content-Length": str(len(body))}
        is_quiet = (lambda: not _is_stale(connection)) if was_used else None
        try:
            connection.request("POST", self._path, _hold_back_last_byte(body, may_finish, is_quiet), headers)
        except _DeadlinePassed as error:
            connection.close()
            raise RetryLater("not sent: the deadline passed before the last byte") from error
        except _UnexpectedData as error:
            connection.close()
            raise RetryLater("not sent: the connection had unread data before the last byte") from error
        except (OSError, http.client.HTTPException) as error:
            try:
                raise self._early_response(connection) or RetryLater(f"not fully written: {_name(error)}") from error
            finally:
                connection.close()
        except ValueError as error:  # a header that cannot be written; no bytes were sent
            connection.close()
            raise Refused(f"the request cannot be written: {_name(error)}") from error
        try:
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Uncertain(f"no answer: {_name(error)}") from error
        try:
            content = response.read(65536)
        except (OSError, http.client.HTTPException):
            content = b""  # the status decides; the content only explains it
        if response.will_close or not response.isclosed() or response.status in NOT_FINAL_STATUSES:
            connection.close()
        else:
            with self._lock:
                self._idle.append((time.monotonic(), connection))
        return interpret_response(response, content)

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _take(self) -> tuple[http.client.HTTPConnection, bool]:
        """Return a connection, and whether it was used before."""
        while True:
            with self._lock:
                if not self._idle:
                    break
                since, connection = self._idle.pop()
            if time.monotonic() - since < MAX_IDLE_SECONDS and not _is_stale(connection):
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
        except (OSError, UnicodeError) as error:  # UnicodeError: an invalid host name
            fresh.close()
            raise RetryLater(f"no connection: {_name(error)}") from error
        fresh.sock.settimeout(self._answer_timeout)
        return fresh, False

    def _early_response(self, connection: http.client.HTTPConnection) -> ProviderError | None:
        """Return the error that a server sent before it stopped reading; it may refuse a request by its headers."""
        try:
            connection.sock.settimeout(min(2, self._answer_timeout))
            response = connection.getresponse()
            interpret_response(response, response.read(65536))
        except (Refused, RetryLater) as error:
            return error
        except Uncertain:
            return None
        except (OSError, http.client.HTTPException, AttributeError):
            return None
        return None


class _DeadlinePassed(Exception):
    """The call must not be made any more."""


class _UnexpectedData(Exception):
    """The server sent data or closed the connection before it had the whole call."""


def _hold_back_last_byte(
    body: bytes, may_finish: Callable[[], bool] | None, is_quiet: Callable[[], bool] | None
) -> Iterator[memoryview]:
    whole = memoryview(body)
    yield whole[:-1]
    if may_finish is not None and not may_finish():
        raise _DeadlinePassed
    if is_quiet is not None and not is_quiet():
        raise _UnexpectedData
    yield whole[-1:]


def _is_stale(connection: http.client.HTTPConnection) -> bool:
    """Return True if an idle connection has data to read: its end, or an unexpected response."""
    try:
        return bool(select.select([connection.sock], [], [], 0)[0])
    except (OSError, ValueError, TypeError):
        return True


def _name(error: BaseException) -> str:
    return type(error).__name__ + (f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else "")
