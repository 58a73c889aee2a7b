"""The tables of the SQLite file of the postbox, and how it is opened."""

import sqlite3
from pathlib import Path

from newsletter.lib.errors import BadSetting

VERSION = 1
# The small row of each recipient is kept for ever: these rows count how often each reader was accepted. Bodies are
# large, so the oldest are deleted when there are too many.
TABLES = """
CREATE TABLE calls (            -- every call to mail/send, in the order of decision
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never reused, not even after everything was deleted
    at REAL NOT NULL,           -- Unix seconds of its arrival
    accepted INTEGER NOT NULL,
    answer TEXT NOT NULL,       -- the HTTP status, or the fault in its place
    ordered TEXT NOT NULL,      -- the fault that applied, or empty
    message_id TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    args TEXT,                  -- the message's custom_args as JSON; a personalization may have its own
    letter TEXT NOT NULL,       -- the same for all calls with the same letter
    subject TEXT NOT NULL,      -- of the first copy, as are the snippet and the sender
    snippet TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipients INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    notes TEXT NOT NULL         -- JSON: the errors when refused, else warnings
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
CREATE TABLE changes (          -- of the status of a batch; empty when deleted
    number INTEGER PRIMARY KEY,
    batch TEXT NOT NULL,
    at REAL NOT NULL,
    status TEXT NOT NULL
);
CREATE INDEX changes_batch ON changes (batch, number);
"""
# Added later, also to existing files: the position and the behaviour of the webhook.
ADDED = "CREATE TABLE IF NOT EXISTS hook (name TEXT PRIMARY KEY, value TEXT NOT NULL)"


def connect(file: Path) -> sqlite3.Connection:
    """Open a connection that several threads may use, in autocommit mode: transactions are explicit."""
    connection = sqlite3.connect(file, timeout=10, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def prepare(file: Path) -> sqlite3.Connection:
    """Open `file` for writing and create its tables. Raises `BadSetting` when it cannot be used.

    In WAL mode a commit survives a crash of the process. It may not survive a power cut, which is acceptable for test
    mail.
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
            "The postbox file", f"{file} cannot be used ({error}).", "Use a file in a folder you can write to."
        ) from None
    if version not in (0, VERSION):
        connection.close()
        raise BadSetting(
            "The postbox file",
            f"{file} was created by another version.",
            "Move it away. A new one is created at the next start.",
        )
    return connection


def _set_up(connection: sqlite3.Connection) -> int:
    """Create missing tables. Return the version that was found, 0 for a new file."""
    connection.execute("PRAGMA synchronous=OFF")  # a new file has nothing to lose
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA journal_size_limit=33554432")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not version:
        connection.executescript(f"BEGIN EXCLUSIVE; {TABLES} PRAGMA user_version={VERSION}; COMMIT;")
    connection.execute(ADDED)
    connection.execute("PRAGMA synchronous=NORMAL")
    return int(version)
