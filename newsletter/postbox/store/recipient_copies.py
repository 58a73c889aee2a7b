"""Single copies as they lie in the mailbox: found by reader, letter or custom argument, with their fates."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from newsletter.postbox.store import batch_ids
from newsletter.postbox.store.mailbox import unpack
from newsletter.postbox.store.merged_message import MergedMessage
from newsletter.postbox.store.scheduling_rules import Fate, fate

FATE = "CASE WHEN r.send_at IS NULL AND c.batch_id = '' THEN 'sent' ELSE fate(c.batch_id, c.at, r.send_at) END"


@dataclass(frozen=True)
class RecipientCopy:
    """One recipient's copy as it lies in the mailbox. `copy` is None when its body was dropped for space."""

    row: sqlite3.Row
    copy: MergedMessage | None
    fate: Fate

    @property
    def id(self) -> str:
        """Its name in addresses of pages: number of the call, place in the call."""
        return f"{self.row['call']}.{self.row['position']}"

    @property
    def at(self) -> datetime:
        """When the call came in."""
        return datetime.fromtimestamp(self.row["at"], UTC)

    @property
    def args(self) -> dict[str, str]:
        """custom_args, merged; known even when the body was dropped."""
        return {**orjson.loads(self.row["shared"] or "{}"), **orjson.loads(self.row["own"] or "{}")}


def judge(reader: sqlite3.Connection, *, now: datetime) -> Callable[[str, float, int | None], Fate]:
    """A function from batch id, arrival and send_at to the fate at `now`; also put into `reader` as `fate`."""
    lives = batch_ids.batch_histories(reader)

    def find(batch: str, at: float, send_at: int | None) -> Fate:
        return fate(accepted=at, send_at=send_at, batch=lives.get(batch), now=now.timestamp())

    reader.create_function("fate", 3, lambda *given: find(*given).value)
    return find


def received(
    reader: sqlite3.Connection,
    *,
    now: datetime,
    where: Mapping[str, object] | None = None,
    newest: bool = False,
    skip: int = 0,
    most: int = 100,
    bodies: bool = True,
) -> Iterator[RecipientCopy]:
    """Copies in the order of their arrival, or the `newest` calls first (in a call always in its order).

    Without `bodies` none has a `copy`, which is much faster for a list of people.

    `where` may ask for `letter`, `call`, `position`, `message_id`, `address` (whole), `search` (part
    of an address), `after` (call and position, a pair), and custom_args as `arg` (name and value, a pair).
    """
    find = judge(reader, now=now)
    tests, values = _tests(where or {})
    rows = reader.execute(
        "SELECT r.*, r.args AS own, c.args AS shared, c.at, c.message_id, c.batch_id, c.letter, c.bytes, c.notes, "  # noqa: S608
        "c.answer, c.ordered, c.recipients FROM calls c JOIN recipients r ON r.call = c.id "
        f"WHERE {tests} ORDER BY r.call {'DESC' if newest else 'ASC'}, r.position LIMIT ? OFFSET ?",
        (*values, most, skip),
    ).fetchall()
    call, body = 0, None
    for row in rows:
        if row["call"] != call:
            call, body = row["call"], _body(reader, row["call"]) if bodies else None
        copy = MergedMessage(body, row["number"]) if body else None
        yield RecipientCopy(row, copy, find(row["batch_id"], row["at"], row["send_at"]))


def how_many(reader: sqlite3.Connection, *, where: Mapping[str, object]) -> int:
    """How many copies `received` would find."""
    tests, values = _tests(where)
    found = reader.execute(
        f"SELECT count(*) FROM calls c JOIN recipients r ON r.call = c.id WHERE {tests}",  # noqa: S608 our own tests
        values,
    )
    return int(found.fetchone()[0])


def path(name: str) -> str:
    """Where SQLite's JSON functions find a custom argument."""
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
            raise ValueError(f"copies cannot be asked for by {name}")
    return " AND ".join(tests), values
