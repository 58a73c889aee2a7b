"""Reads letters with their numbers, and the list of calls."""

import sqlite3
from datetime import datetime

from newsletter.postbox.store.recipient_copies import COPY_STATUS, register_copy_status
from newsletter.postbox.store.scheduling_rules import CopyStatus


def letters(reader: sqlite3.Connection, *, search: str = "", skip: int = 0, limit: int = 25) -> list[sqlite3.Row]:
    """Return letters, newest first; each stands for all its calls and copies, with their numbers.

    `search` matches subject, sender, the first words and the addresses of recipients.
    """
    reader.create_function("folded", 1, str.casefold)  # SQLite's lower() handles ASCII only
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
        f"FROM calls WHERE accepted {where} GROUP BY letter ORDER BY newest DESC LIMIT :limit OFFSET :skip",
        {"search": search.casefold(), "limit": limit, "skip": skip},
    ).fetchall()


def letter(reader: sqlite3.Connection, key: str) -> sqlite3.Row | None:
    """Return the numbers of one letter."""
    found: sqlite3.Row | None = reader.execute(
        "SELECT letter, count(*) AS calls, sum(recipients) AS recipients, min(at) AS first, subject "
        "FROM calls WHERE letter = ? GROUP BY letter",
        (key,),
    ).fetchone()
    return found


def duplicate_recipients(reader: sqlite3.Connection, key: str) -> list[str]:
    """Return the addresses for which one letter was accepted more than once."""
    rows = reader.execute(
        "SELECT lower(address) AS one FROM recipients r JOIN calls c ON c.id = r.call WHERE c.letter = ? "
        "GROUP BY one HAVING count(*) > 1 ORDER BY one",
        (key,),
    )
    return [row["one"] for row in rows]


def status_counts(reader: sqlite3.Connection, keys: list[str], *, now: datetime) -> dict[str, dict[CopyStatus, int]]:
    """Count copies by status, for those letters among `keys` that were scheduled or batched."""
    register_copy_status(reader, now=now)
    found: dict[str, dict[CopyStatus, int]] = {}
    places = ", ".join("?" * len(keys))
    rows = reader.execute(
        f"SELECT c.letter, {COPY_STATUS}, count(*) FROM recipients r JOIN calls c ON c.id = r.call "  # noqa: S608 - constants only
        f"WHERE c.letter IN ({places}) AND (r.send_at IS NOT NULL OR c.batch_id <> '') GROUP BY 1, 2",
        keys,
    )
    for key, one, number in rows:
        found.setdefault(key, {})[CopyStatus(one)] = number
    return found


def calls(reader: sqlite3.Connection, *, after: int = 0, limit: int = 100) -> list[sqlite3.Row]:
    """Return calls to mail/send in the order of arrival, those after number `after`."""
    found = reader.execute("SELECT * FROM calls WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
    return found.fetchall()


def latest_calls(reader: sqlite3.Connection, *, skip: int = 0, limit: int = 50) -> list[sqlite3.Row]:
    """Return calls to mail/send, newest first."""
    return reader.execute("SELECT * FROM calls ORDER BY id DESC LIMIT ? OFFSET ?", (limit, skip)).fetchall()


def newest_call(reader: sqlite3.Connection) -> int:
    """Return the number of the newest call, 0 when there is none."""
    (newest,) = reader.execute("SELECT coalesce(max(id), 0) FROM calls").fetchone()
    return int(newest)
