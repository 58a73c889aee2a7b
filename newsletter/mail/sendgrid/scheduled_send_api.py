"""SendGrid's batch ids: one for calls that are submitted ahead, and the cancelling of all mail under it.

Four calls, and all of them may be repeated: a lost id costs nothing, a second cancel changes
nothing. None of them tells by its answer alone that mail is cancelled; only `status` does, because
the answer to a cancel may be lost and the complaints about it are prose.

Each raises `Refused`, `RetryLater` or `Uncertain` (mail/errors.py) when it did not get its answer.
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
MOST_READ = 65536  # bytes
LONGEST_ID = 100  # characters, as many as are kept


class Status(StrEnum):
    """What SendGrid does with the mail of a batch id when its time comes. One that it merely waits with is `NONE`."""

    NONE = ""
    PAUSED = "pause"
    CANCELLED = "cancel"


class Batches:
    """The calls about batch ids, each on a connection of its own: they are few, and none is in a hurry.

    `base` and `residency` are those of `transport.Client`: an id is good only where it was made.
    Time-outs are in seconds, for connecting and for each single read or write.
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

    def mint(self) -> str:
        """A fresh batch id. It is good for ten days."""
        status, said = self._call("POST", BATCH_PATH)
        if status == 201 and isinstance(said, dict) and _is_id(batch := said.get("batch_id")):
            return str(batch)
        raise _unexpected(status)

    def cancel(self, batch: str) -> None:
        """Ask for all mail under this id to be thrown away at its time, whatever status the id has had.

        Returns when SendGrid said anything that is not a failure; whether the cancel stands is for
        `status` to say. “A status exists already” comes as a 400 like every other complaint.
        """
        asked = {"batch_id": batch, "status": Status.CANCELLED}
        status, _ = self._call("POST", SCHEDULED_SENDS_PATH, asked)
        if status == 400 and self.status(batch) == Status.PAUSED:
            status, _ = self._call(
                "PATCH", f"{SCHEDULED_SENDS_PATH}/{quote(batch, safe='')}", {"status": Status.CANCELLED}
            )
        if status not in (201, 204, 400):
            raise _unexpected(status)

    def status(self, batch: str) -> Status:
        """The status that the id has at this moment."""
        status, said = self._call("GET", f"{SCHEDULED_SENDS_PATH}/{quote(batch, safe='')}")
        if status == 404:
            return Status.NONE
        if status != 200 or not isinstance(said, list):
            raise _unexpected(status)
        for one in said:
            if isinstance(one, dict) and one.get("batch_id") == batch:
                try:
                    return Status(str(one.get("status")))
                except ValueError:
                    raise _unexpected(status) from None
        return Status.NONE

    def free(self, batch: str) -> None:
        """Take the status away, so that its place among the ten is free again.

        DANGEROUS before the mail's time has passed: mail that waits under a cancelled id comes back to life.
        """
        status, _ = self._call("DELETE", f"{SCHEDULED_SENDS_PATH}/{quote(batch, safe='')}")
        if status not in (204, 404):
            raise _unexpected(status)

    def _call(self, method: str, path: str, asked: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Status and JSON (None when there is none) of one call that was answered."""
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
                body = orjson.dumps(asked) if asked is not None else None
                connection.request(method, self._root + path, body, self._headers)
            except (OSError, http.client.HTTPException) as error:
                raise RetryLater(f"no connection: {type(error).__name__}") from error
            try:
                answer = connection.getresponse()
                said = answer.read(MOST_READ)
            except (OSError, http.client.HTTPException) as error:
                raise Uncertain(f"no answer: {type(error).__name__}") from error
        finally:
            connection.close()
        try:
            return answer.status, orjson.loads(said) if said else None
        except orjson.JSONDecodeError:
            return answer.status, None


def _is_id(given: object) -> bool:
    """Something that can be kept and put into a call: the pages promise a text and no length."""
    return isinstance(given, str) and 0 < len(given) <= LONGEST_ID and given.isascii() and given.isprintable()


def _unexpected(status: int) -> ProviderError:
    """The error for an answer that is not the one that was asked for."""
    detail = f"HTTP {status}"
    if status == 429:
        return RetryLater(detail, status=status)
    return Refused(detail, status=status) if 400 <= status < 500 else Uncertain(detail, status=status)
