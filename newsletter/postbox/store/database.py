"""The tables of the postbox's own SQLite file, and how it is opened."""

import sqlite3
from pathlib import Path

from newsletter.lib.errors import BadSetting

VERSION = 1
# One light row for each recipient stays for good: they are the count of who was accepted how
# often. The bodies, which are large, are dropped when there are too many of them.
TABLES = """
CREATE TABLE calls (            -- every call to mail/send, in the order in which they were decided
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice, not even after everything was deleted
    at REAL NOT NULL,           -- Unix seconds of its arrival
    accepted INTEGER NOT NULL,
    answer TEXT NOT NULL,       -- the HTTP status, or what was done instead of answering
    ordered TEXT NOT NULL,      -- bad behaviour it fell under, or empty
    message_id TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    args TEXT,                  -- the message's custom_args as JSON; a personalization may have its own
    letter TEXT NOT NULL,       -- the same for all calls with the same letter
    subject TEXT NOT NULL,      -- of the first copy, as are the snippet and the sender
    snippet TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipients INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    notes TEXT NOT NULL         -- JSON: the errors when refused, else what is odd about it
);
CREATE INDEX calls_letter ON calls (letter, id);
CREATE TABLE bodies (call INTEGER PRIMARY KEY, packed BLOB NOT NULL);
CREATE TABLE recipients (
    call INTEGER NOT NULL,
    position INTEGER NOT NULL,  -- among all recipients of the call
    number INTEGER NOT NULL,    -- of the personalization
    kind TEXT NOT NULL,         -- to, cc or bcc
    address TEXT NOT NULL,
    send_at INTEGER,
    args TEXT,                  -- the personalization's own custom_args as JSON
    PRIMARY KEY (call, position)
) WITHOUT ROWID;
CREATE TABLE batches (id TEXT PRIMARY KEY, issued REAL NOT NULL);
CREATE TABLE changes (          -- of a batch's status; empty when it was taken away
    number INTEGER PRIMARY KEY,
    batch TEXT NOT NULL,
    at REAL NOT NULL,
    status TEXT NOT NULL
);
CREATE INDEX changes_batch ON changes (batch, number);
"""
# Added since, and to files of any age: how far events were told, and in which manner.
ADDED = "CREATE TABLE IF NOT EXISTS hook (name TEXT PRIMARY KEY, value TEXT NOT NULL)"


def connect(file: Path) -> sqlite3.Connection:
    """A connection that may be handed from thread to thread, with its transactions left to us."""
    connection = sqlite3.connect(file, timeout=10, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def prepare(file: Path) -> sqlite3.Connection:
    """Open `file` to write, with tables in it; raises `BadSetting` when it cannot be used.

    In WAL mode a commit survives the death of the process at any later moment. It may not survive
    a power cut, which is no danger to letters that nobody waits for.
    """
    connection: sqlite3.Connection | None = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = connect(file)
        version = _set_up(connection)
    except (OSError, sqlite3.Error) as error:
        if connection:
            connection.close()
        raise BadSetting(
            "The postbox's file", f"{file} cannot be used ({error}).", "Name a file in a folder you may write to."
        ) from None
    if version not in (0, VERSION):
        connection.close()
        raise BadSetting(
            "The postbox's file",
            f"{file} was made by another version.",
            "Move it away; a new one is made at the start.",
        )
    return connection


def _set_up(connection: sqlite3.Connection) -> int:
    """The version of the tables that were found, 0 when there were none and they were made."""
    connection.execute("PRAGMA synchronous=OFF")  # while there is nothing in it to lose
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA journal_size_limit=33554432")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not version:
        connection.executescript(f"BEGIN EXCLUSIVE; {TABLES} PRAGMA user_version={VERSION}; COMMIT;")
    connection.execute(ADDED)
    connection.execute("PRAGMA synchronous=NORMAL")
    return int(version)
