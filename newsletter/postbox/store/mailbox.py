"""Stores calls: one transaction per call, committed before the answer.

The table of calls can be read by id, also after a restart, to process accepted mail later; the webhook does that.
"""

import hashlib
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from newsletter.postbox.store.database import connect, prepare
from newsletter.postbox.store.merged_message import MergedMessage, snippet

MAX_STORED_BYTES = 200_000_000  # of compressed bodies; beyond it the oldest are deleted
KINDS = ("to", "cc", "bcc")


@dataclass(frozen=True, kw_only=True)
class MailSendCall:
    """One call to mail/send and its result. `body` is None when it was not accepted."""

    at: datetime
    answer: str
    body: Mapping[str, Any] | None = None
    packed: bytes = b""  # the body as received, compressed
    message_id: str = ""
    ordered: str = ""
    bytes: int = 0
    notes: Sequence[object] = field(default=())


class Mailbox:
    """The calls in one SQLite file. Safe to use from several threads."""

    def __init__(self, file: Path, *, limit: int = MAX_STORED_BYTES) -> None:
        self._file, self._limit = file, limit
        self._writer = prepare(file)
        self._lock = threading.Lock()
        self._stored_bytes = self._size()

    def keep(self, call: MailSendCall) -> int:
        """Store a call, with its letters if it was accepted. Return its number in the order of arrival."""
        with self.changing() as writer:
            number = self._note(writer, call)
            if call.body is not None:
                writer.execute("INSERT INTO bodies VALUES (?, ?)", (number, call.packed))
                writer.executemany(
                    "INSERT INTO recipients VALUES (?, ?, ?, ?, ?, ?, ?)", _recipients(number, call.body)
                )
                self._stored_bytes += len(call.packed)
                if self._stored_bytes > self._limit:
                    self._drop_oldest(writer, keep=number)
        return number

    def forget(self) -> None:
        """Delete all calls, letters and counts. Batch ids stay valid."""
        with self.changing() as writer:
            for table in ("calls", "bodies", "recipients"):
                writer.execute(f"DELETE FROM {table}")  # noqa: S608 - three fixed names
            self._stored_bytes = 0

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Yield the only writing connection, in a transaction."""
        with self._lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                self._writer.execute("ROLLBACK")
                self._stored_bytes = self._size()
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a reading connection with one consistent snapshot, which waits for no other."""
        with closing(connect(self._file)) as reader:
            reader.execute("BEGIN")
            yield reader

    def close(self) -> None:
        """Wait for the write in progress, then close the file."""
        with self._lock:
            self._writer.close()

    def _size(self) -> int:
        (size,) = self._writer.execute("SELECT coalesce(sum(length(packed)), 0) FROM bodies").fetchone()
        return int(size)

    def _note(self, writer: sqlite3.Connection, call: MailSendCall) -> int:
        body = call.body
        copy = MergedMessage(body, 0) if body is not None else None
        values = {
            "at": call.at.timestamp(),
            "accepted": body is not None,
            "answer": call.answer,
            "ordered": call.ordered,
            "message_id": call.message_id,
            "batch_id": body.get("batch_id", "") if body else "",
            "args": _json(body.get("custom_args")) if body else None,
            "letter": letter_key(body) if body else "",
            "subject": copy.subject if copy else "",
            "snippet": snippet(copy) if copy else "",
            "sender": (copy.sender.get("name") or copy.sender["email"]) if copy else "",
            "recipients": sum(len(one.get(kind, ())) for one in body["personalizations"] for kind in KINDS)
            if body
            else 0,
            "bytes": call.bytes,
            "notes": _json(list(call.notes)),
        }
        names = ", ".join(values)
        places = ", ".join(f":{name}" for name in values)
        done = writer.execute(f"INSERT INTO calls ({names}) VALUES ({places})", values)  # noqa: S608 - constants only
        return int(done.lastrowid or 0)

    def _drop_oldest(self, writer: sqlite3.Connection, *, keep: int) -> None:
        """Delete bodies down to 90 % of the limit, so that this does not happen at every call."""
        oldest = writer.execute("SELECT call, length(packed) FROM bodies WHERE call <> ? ORDER BY call", (keep,))
        for number, size in oldest.fetchall():
            if self._stored_bytes <= self._limit * 0.9:
                return
            writer.execute("DELETE FROM bodies WHERE call = ?", (number,))
            self._stored_bytes -= size


def pack(raw: bytes) -> bytes:
    """Compress for speed: the copies of a thousand readers shrink to an eighth even so."""
    return zlib.compress(raw, 1)


def unpack(packed: bytes) -> dict[str, Any]:
    """Return the body of a stored call."""
    body: dict[str, Any] = orjson.loads(zlib.decompress(packed))
    return body


def letter_key(body: Mapping[str, Any]) -> str:
    """Return a key that is equal for calls with the same sender, subject and content."""
    shared = orjson.dumps([body["from"], body.get("subject"), body.get("content", body.get("template_id"))])
    return hashlib.blake2b(shared, digest_size=8).hexdigest()


def _recipients(call: int, body: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    default = body.get("send_at")
    position = 0
    for number, one in enumerate(body["personalizations"]):
        args, send_at = _json(one.get("custom_args")), one.get("send_at", default)
        for kind in KINDS:
            for person in one.get(kind, ()):
                yield call, position, number, kind, person["email"], send_at, args
                position += 1


def _json(value: object) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
