"""SendGrid's batch ids and scheduled sends: create an id for calls submitted in advance, and cancel all email under it.

All four calls can be repeated: a lost id costs nothing, and a second cancel changes nothing. Only `status` proves that
email is cancelled, because the response to a cancel may be lost and its errors are prose.

Each call raises `Refused`, `RetryLater` or `Uncertain` (mail/provider_errors.py) if it gets no usable response.
"""

import http.client
import ssl
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
from sendgrid import SendGridAPIClient

from newsletter.mail.provider_errors import ProviderError, Refused, RetryLater, Uncertain

BATCH_PATH = "/v3/mail/batch"
SCHEDULED_SENDS_PATH = "/v3/user/scheduled_sends"
MAX_RESPONSE_BYTES = 65536  # bytes
MAX_ID_CHARS = 100  # the length that we store


class BatchIdStatus(StrEnum):
    """What SendGrid does with the email of a batch id at its time. `NONE`: it sends it as scheduled."""

    NONE = ""
    PAUSED = "pause"
    CANCELLED = "cancel"


class ScheduledSendApi:
    """Client for SendGrid's batch ids. Each call opens a new connection: calls are few and not urgent.

    `base` and `residency` must be those of `mail_send_client.Client`: an id is valid only where it was created.
    Timeouts are in seconds, for connecting and for each single read or write.
    """

    def __init__(
        self, *, key: str, base: str = "", residency: str = "global", connect_timeout: float, answer_timeout: float
    ) -> None:
        official = SendGridAPIClient(api_key=key)
        if residency != "global":
            official.set_sendgrid_data_residency(residency)
        url = urlsplit(base or official.host)
        self._root, self._host, self._port = url.path.rstrip("/"), url.hostname or "", url.port
        self._tls = ssl.create_default_context() if url.scheme == "https" else None
        self._headers = {**official.client.request_headers, "Content-Type": "application/json"}
        self._connect_timeout, self._answer_timeout = connect_timeout, answer_timeout

    def create_batch_id(self) -> str:
        """Return a new batch id. It is valid for ten days."""
        status, result = self._call("POST", BATCH_PATH)
        if status == 201 and isinstance(result, dict) and _is_id(batch := result.get("batch_id")):
            return str(batch)
        raise _unexpected(status)

    def cancel(self, batch: str) -> None:
        """Request that all email under this id is discarded at its time, whatever the id's status was.

        Returns unless the response is a failure. Use `status` to check whether the cancel took effect. SendGrid reports
        “a status exists already” as a 400, like every other error.
        """
        payload = {"batch_id": batch, "status": BatchIdStatus.CANCELLED}
        status, _ = self._call("POST", SCHEDULED_SENDS_PATH, payload)
        if status == 400 and self.status(batch) == BatchIdStatus.PAUSED:
            status, _ = self._call(
                "PATCH", f"{SCHEDULED_SENDS_PATH}/{quote(batch, safe='')}", {"status": BatchIdStatus.CANCELLED}
            )
        if status not in (201, 204, 400):
            raise _unexpected(status)

    def status(self, batch: str) -> BatchIdStatus:
        """Return the current status of the id."""
        status, result = self._call("GET", f"{SCHEDULED_SENDS_PATH}/{quote(batch, safe='')}")
        if status == 404:
            return BatchIdStatus.NONE
        if status != 200 or not isinstance(result, list):
            raise _unexpected(status)
        for one in result:
            if isinstance(one, dict) and one.get("batch_id") == batch:
                try:
                    return BatchIdStatus(str(one.get("status")))
                except ValueError:
                    raise _unexpected(status) from None
        return BatchIdStatus.NONE

    def delete_status(self, batch: str) -> None:
        """Delete the status, which frees its slot among the account's ten.

        DANGEROUS before the scheduled time has passed: email that waits under a cancelled id would be sent after all.
        """
        status, _ = self._call("DELETE", f"{SCHEDULED_SENDS_PATH}/{quote(batch, safe='')}")
        if status not in (204, 404):
            raise _unexpected(status)

    def _call(self, method: str, path: str, payload: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Make one call and return its status and its JSON content (None if there is none)."""
        connection: http.client.HTTPConnection
        if self._tls:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=self._connect_timeout, context=self._tls
            )
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=self._connect_timeout)
        try:
            try:
                connection.connect()
                connection.sock.settimeout(self._answer_timeout)
                body = orjson.dumps(payload) if payload is not None else None
                connection.request(method, self._root + path, body, self._headers)
            except (OSError, http.client.HTTPException) as error:
                raise RetryLater(f"no connection: {type(error).__name__}") from error
            try:
                response = connection.getresponse()
                content = response.read(MAX_RESPONSE_BYTES)
            except (OSError, http.client.HTTPException) as error:
                raise Uncertain(f"no answer: {type(error).__name__}") from error
        finally:
            connection.close()
        try:
            return response.status, orjson.loads(content) if content else None
        except orjson.JSONDecodeError:
            return response.status, None


def _is_id(given: object) -> bool:
    """Return True if `given` can be stored and sent: SendGrid documents a text without a length."""
    return isinstance(given, str) and 0 < len(given) <= MAX_ID_CHARS and given.isascii() and given.isprintable()


def _unexpected(status: int) -> ProviderError:
    """Return the error for an unexpected response."""
    detail = f"HTTP {status}"
    if status == 429:
        return RetryLater(detail, status=status)
    return Refused(detail, status=status) if 400 <= status < 500 else Uncertain(detail, status=status)
