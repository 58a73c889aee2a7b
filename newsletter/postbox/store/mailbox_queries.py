"""What single copies have in common: letters with their numbers, and the list of calls."""

import sqlite3
from datetime import datetime

from newsletter.postbox.store.recipient_copies import FATE, judge
from newsletter.postbox.store.scheduling_rules import Fate


def letters(reader: sqlite3.Connection, *, search: str = "", skip: int = 0, most: int = 25) -> list[sqlite3.Row]:
    """Letters, the newest first: what thousands of calls and copies have in common, with their numbers.

    `search` is looked for in subject, sender, first words and in the recipients' addresses.
    """
    reader.create_function("folded", 1, str.casefold)  # SQLite's own lower() knows ASCII only
    where = ""
    if search:
        where = (
            "AND letter IN (SELECT letter FROM calls WHERE "
            "instr(folded(subject || ' ' || sender || ' ' || snippet), :search) OR EXISTS ("
            "SELECT 1 FROM recipients WHERE call = calls.id AND instr(lower(address), :search)))"
        )
    return reader.execute(
        "SELECT letter, max(id) AS newest, max(at) AS at, sum(recipients) AS recipients, count(*) AS calls, "  # noqa: S608
        "max(notes <> '[]') AS odd, subject, snippet, sender "
        f"FROM calls WHERE accepted {where} GROUP BY letter ORDER BY newest DESC LIMIT :most OFFSET :skip",
        {"search": search.casefold(), "most": most, "skip": skip},
    ).fetchall()


def letter(reader: sqlite3.Connection, key: str) -> sqlite3.Row | None:
    """One letter's numbers."""
    found: sqlite3.Row | None = reader.execute(
        "SELECT letter, count(*) AS calls, sum(recipients) AS recipients, min(at) AS first, subject "
        "FROM calls WHERE letter = ? GROUP BY letter",
        (key,),
    ).fetchone()
    return found


def duplicate_recipients(reader: sqlite3.Connection, key: str) -> list[str]:
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
