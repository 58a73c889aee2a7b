"""Looks letters, copies and calls up in the mailbox, for the pages and for tests."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from newsletter.postbox import batches
from newsletter.postbox.fates import Fate, fate
from newsletter.postbox.letters import Copy
from newsletter.postbox.mailbox import unpack

FATE = "CASE WHEN r.send_at IS NULL AND c.batch_id = '' THEN 'sent' ELSE fate(c.batch_id, c.at, r.send_at) END"


@dataclass(frozen=True)
class Received:
    """One recipient's copy as it lies in the mailbox. `copy` is None when its body was dropped for space."""

    row: sqlite3.Row
    copy: Copy | None
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
    lives = batches.lives(reader)

    def find(batch: str, at: float, send_at: int | None) -> Fate:
        return fate(accepted=at, send_at=send_at, batch=lives.get(batch), now=now.timestamp())

    reader.create_function("fate", 3, lambda *given: find(*given).value)
    return find


def letters(reader: sqlite3.Connection, *, search: str = "", skip: int = 0, most: int = 25) -> list[sqlite3.Row]:
    """Letters, the newest first: what thousands of calls and copies have in common, with their numbers.

    `search` is looked for in subject, sender, first words and in the recipients' addresses.
    """
    where = ""
    if search:
        where = (
            "AND (instr(lower(subject || ' ' || sender || ' ' || snippet), :search) OR EXISTS ("
            "SELECT 1 FROM recipients WHERE call = calls.id AND instr(lower(address), :search)))"
        )
    return reader.execute(
        "SELECT letter, max(id) AS newest, max(at) AS at, sum(recipients) AS recipients, count(*) AS calls, "  # noqa: S608
        "max(notes <> '[]') AS odd, max(batch_id) AS batch_id, subject, snippet, sender "
        f"FROM calls WHERE accepted {where} GROUP BY letter ORDER BY newest DESC LIMIT :most OFFSET :skip",
        {"search": search.lower(), "most": most, "skip": skip},
    ).fetchall()


def letter(reader: sqlite3.Connection, key: str) -> sqlite3.Row | None:
    """One letter's numbers."""
    found: sqlite3.Row | None = reader.execute(
        "SELECT letter, count(*) AS calls, sum(recipients) AS recipients, min(at) AS first, subject "
        "FROM calls WHERE letter = ? GROUP BY letter",
        (key,),
    ).fetchone()
    return found


def twice(reader: sqlite3.Connection, key: str) -> list[str]:
    """The addresses that one letter was accepted for more than once."""
    rows = reader.execute(
        "SELECT lower(address) AS one FROM recipients r JOIN calls c ON c.id = r.call WHERE c.letter = ? "
        "GROUP BY one HAVING count(*) > 1 ORDER BY one",
        (key,),
    )
    return [row["one"] for row in rows]


def fates(reader: sqlite3.Connection, keys: list[str], *, now: datetime) -> dict[str, dict[Fate, int]]:
    """For those letters among `keys` that were scheduled or batched: how many copies have which fate."""
    judge(reader, now=now)
    found: dict[str, dict[Fate, int]] = {}
    places = ", ".join("?" * len(keys))
    rows = reader.execute(
        f"SELECT c.letter, {FATE}, count(*) FROM recipients r JOIN calls c ON c.id = r.call "  # noqa: S608 our own words
        f"WHERE c.letter IN ({places}) AND (r.send_at IS NOT NULL OR c.batch_id <> '') GROUP BY 1, 2",
        keys,
    )
    for key, one, number in rows:
        found.setdefault(key, {})[Fate(one)] = number
    return found


def received(
    reader: sqlite3.Connection,
    *,
    now: datetime,
    where: Mapping[str, object] | None = None,
    newest: bool = False,
    skip: int = 0,
    most: int = 100,
    bodies: bool = True,
) -> Iterator[Received]:
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
        copy = Copy(body, row["number"]) if body else None
        yield Received(row, copy, find(row["batch_id"], row["at"], row["send_at"]))


def how_many(reader: sqlite3.Connection, *, where: Mapping[str, object]) -> int:
    """How many copies `received` would find."""
    tests, values = _tests(where)
    found = reader.execute(
        f"SELECT count(*) FROM calls c JOIN recipients r ON r.call = c.id WHERE {tests}",  # noqa: S608 our own tests
        values,
    )
    return int(found.fetchone()[0])


def calls(reader: sqlite3.Connection, *, after: int = 0, most: int = 100) -> list[sqlite3.Row]:
    """Calls to mail/send in the order of arrival, those past number `after`."""
    found = reader.execute("SELECT * FROM calls WHERE id > ? ORDER BY id LIMIT ?", (after, most))
    return found.fetchall()


def latest_calls(reader: sqlite3.Connection, *, skip: int = 0, most: int = 50) -> list[sqlite3.Row]:
    """Calls to mail/send, the newest first."""
    return reader.execute("SELECT * FROM calls ORDER BY id DESC LIMIT ? OFFSET ?", (most, skip)).fetchall()


def newest_call(reader: sqlite3.Connection) -> int:
    """The number of the newest call, 0 when there is none."""
    (newest,) = reader.execute("SELECT coalesce(max(id), 0) FROM calls").fetchone()
    return int(newest)


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
