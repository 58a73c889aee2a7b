"""Reads single copies by reader, letter or custom argument, with their status."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from newsletter.postbox.store import batch_ids
from newsletter.postbox.store.mailbox import unpack
from newsletter.postbox.store.merged_message import MergedMessage
from newsletter.postbox.store.scheduling_rules import CopyStatus, copy_status

COPY_STATUS = (
    "CASE WHEN r.send_at IS NULL AND c.batch_id = '' THEN 'sent' ELSE copy_status(c.batch_id, c.at, r.send_at) END"
)


@dataclass(frozen=True)
class RecipientCopy:
    """The copy of one recipient. `copy` is None when its body was deleted for space."""

    row: sqlite3.Row
    copy: MergedMessage | None
    status: CopyStatus

    @property
    def id(self) -> str:
        """The id in page URLs: number of the call, position in the call."""
        return f"{self.row['call']}.{self.row['position']}"

    @property
    def at(self) -> datetime:
        """When the call came in."""
        return datetime.fromtimestamp(self.row["at"], UTC)

    @property
    def args(self) -> dict[str, str]:
        """The merged custom_args; known even when the body was deleted."""
        return {**orjson.loads(self.row["shared"] or "{}"), **orjson.loads(self.row["own"] or "{}")}


def register_copy_status(
    reader: sqlite3.Connection, *, now: datetime
) -> Callable[[str, float, int | None], CopyStatus]:
    """Add the SQL function `copy_status`(batch id, arrival, send_at) for the status at `now`, and return it."""
    histories = batch_ids.batch_histories(reader)

    def find(batch: str, at: float, send_at: int | None) -> CopyStatus:
        return copy_status(accepted=at, send_at=send_at, batch=histories.get(batch), now=now.timestamp())

    reader.create_function("copy_status", 3, lambda *given: find(*given).value)
    return find


def received(
    reader: sqlite3.Connection,
    *,
    now: datetime,
    where: Mapping[str, object] | None = None,
    newest: bool = False,
    skip: int = 0,
    limit: int = 100,
    bodies: bool = True,
) -> Iterator[RecipientCopy]:
    """Yield copies in the order of arrival, or with `newest` the newest calls first (in each call in its order).

    Without `bodies` no copy has a `copy`, which is much faster for a list of recipients.

    `where` may have `letter`, `call`, `position`, `message_id`, `address` (whole), `search` (part
    of an address), `after` (call and position, a pair), and custom_args as `arg` (name and value, a pair).
    """
    find = register_copy_status(reader, now=now)
    tests, values = _tests(where or {})
    rows = reader.execute(
        "SELECT r.*, r.args AS own, c.args AS shared, c.at, c.message_id, c.batch_id, c.letter, c.bytes, c.notes, "  # noqa: S608
        "c.answer, c.ordered, c.recipients FROM calls c JOIN recipients r ON r.call = c.id "
        f"WHERE {tests} ORDER BY r.call {'DESC' if newest else 'ASC'}, r.position LIMIT ? OFFSET ?",
        (*values, limit, skip),
    ).fetchall()
    call, body = 0, None
    for row in rows:
        if row["call"] != call:
            call, body = row["call"], _body(reader, row["call"]) if bodies else None
        copy = MergedMessage(body, row["number"]) if body else None
        yield RecipientCopy(row, copy, find(row["batch_id"], row["at"], row["send_at"]))


def count_copies(reader: sqlite3.Connection, *, where: Mapping[str, object]) -> int:
    """Return how many copies `received` would yield."""
    tests, values = _tests(where)
    found = reader.execute(
        f"SELECT count(*) FROM calls c JOIN recipients r ON r.call = c.id WHERE {tests}",  # noqa: S608 - constants only
        values,
    )
    return int(found.fetchone()[0])


def path(name: str) -> str:
    """Return the JSON path of a custom argument for SQLite."""
    return f'$."{name}"'


def _body(reader: sqlite3.Connection, call: int) -> dict[str, Any] | None:
    found = reader.execute("SELECT packed FROM bodies WHERE call = ?", (call,)).fetchone()
    return unpack(found["packed"]) if found else None


def _tests(where: Mapping[str, object]) -> tuple[str, list[object]]:
    columns = {"letter": "c.letter", "call": "r.call", "position": "r.position", "message_id": "c.message_id"}
    tests: list[str] = ["c.accepted"]
    values: list[object] = []
    for name, value in where.items():
        if name in columns:
            tests.append(f"{columns[name]} = ?")
            values.append(value)
        elif name == "address":
            tests.append("lower(r.address) = ?")
            values.append(str(value).lower())
        elif name == "search":
            tests.append("instr(lower(r.address), ?)")
            values.append(str(value).lower())
        elif name == "after" and isinstance(value, tuple):
            tests.append("(r.call, r.position) > (?, ?)")
            values += value
        elif name == "arg" and isinstance(value, tuple):
            tests.append("coalesce(json_extract(r.args, ?), json_extract(c.args, ?)) = ?")
            values += (path(value[0]), path(value[0]), value[1])
        else:
            raise ValueError(f"unknown filter: {name}")
    return " AND ".join(tests), values
