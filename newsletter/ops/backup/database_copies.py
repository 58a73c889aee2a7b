"""Copy the database into a file while it is in use, and load such a copy. PostgreSQL does it by its own programs."""

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from newsletter.lib.errors import NewsletterError

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
PARTS = ("-wal", "-shm", "-journal")  # files beside an SQLite database
# by the key in DATABASE_URL's options
LIBPQ_NAMES = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}


class CopyFailed(NewsletterError):
    """The database could not be copied or loaded."""


def copy_to(file: Path) -> None:
    """Copy the database as of one moment. Other processes go on reading and writing."""
    if connection.vendor == "sqlite":
        # A connection of its own reads what is committed. One with an open transaction would wait for itself for ever.
        source, target = sqlite3.connect(str(connection.settings_dict["NAME"])), sqlite3.connect(file)
        try:
            source.backup(target)
            (problem,) = target.execute("PRAGMA integrity_check").fetchone()
            target.execute("PRAGMA journal_mode=DELETE")  # the copy is one file
        except sqlite3.Error as error:
            raise CopyFailed(f"The database could not be copied: {error}.") from None
        finally:
            source.close()
            target.close()
        if problem != "ok":
            raise CopyFailed(f"The database is damaged: {problem}")
    else:
        # milliseconds; without a limit it waits for a migration as long as that takes
        options = ("--lock-wait-timeout=60000", "--format=custom", "--no-owner", "--no-privileges")
        _run(_find_program("pg_dump"), *options, f"--file={file}")
        _run(_find_program("pg_restore"), "--list", str(file))


def is_empty() -> bool:
    """Return True if the database has no tables. A damaged SQLite file is not empty."""
    try:
        return not connection.introspection.table_names()
    except DatabaseError:
        if connection.vendor != "sqlite":
            raise
        connection.close()
        return False


def sessions_of_others() -> int:
    """Return how many other sessions use the database; SQLite does not know, and its lock is tried instead."""
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        connection.close()
        return int(file.exists() and _is_locked(file))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def load_from(file: Path) -> None:
    """Replace the contents of the database by the copy in `file`."""
    if connection.vendor == "sqlite":
        connection.close()
        database = Path(str(connection.settings_dict["NAME"]))
        loaded = database.with_name(f"{database.name}.restored")
        shutil.copyfile(file, loaded)
        loaded.chmod(0o600)
        for part in PARTS:
            database.with_name(database.name + part).unlink(missing_ok=True)
        loaded.replace(database)
        return
    program = _find_program("pg_restore")  # before anything is changed
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)} CASCADE")
    name = str(connection.settings_dict["NAME"])
    connection.close()
    options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run(program, *options, f"--dbname={name}", str(file))


def _is_locked(file: Path) -> bool:
    with closing(sqlite3.connect(file, timeout=1, isolation_level=None)) as own:
        try:
            own.execute("PRAGMA locking_mode=EXCLUSIVE")
            own.execute("BEGIN EXCLUSIVE")
            own.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return True
        except sqlite3.DatabaseError:  # damaged, so nobody uses it
            return False
    return False


def _find_program(name: str) -> str:
    """Return the path of a program of PostgreSQL's client, of the server's major version.

    An older one does not read the server; a newer one writes settings that the server does not know when they are
    restored, such as `transaction_timeout` of version 17.
    """
    connection.ensure_connection()
    wanted = str(connection.pg_version // 10_000)  # type: ignore[attr-defined]  # of PostgreSQL's wrapper
    folder = settings.POSTGRES_PROGRAMS
    hint = f"Install the client of PostgreSQL {wanted}, or set POSTGRES_PROGRAMS to its folder."
    path = shutil.which(name, path=str(folder) if folder else None)
    if path is None:
        raise CopyFailed(f"The program {name} is not installed. {hint}")
    printed = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 — ours
    found = re.search(r"\b(\d+)(?:\.\d+|[a-z]+\d+)", printed)
    if not found or found[1] != wanted:
        raise CopyFailed(f"{path} is of version {found[1] if found else 'unknown'}, the server of {wanted}. {hint}")
    return path


def _run(path: str, *arguments: str) -> None:
    program = Path(path).name
    done = subprocess.run([path, *arguments], env=_environment(), capture_output=True, text=True, check=False)  # noqa: S603 — our own arguments
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"{program} failed"]
        raise CopyFailed(f"{program} failed: {lines[0]}")


def _environment() -> dict[str, str]:
    """Return the environment for PostgreSQL's programs: a password in their arguments would be public."""
    database = connection.settings_dict
    values = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGHOST": "HOST", "PGPORT": "PORT"}
    found = {name: str(database[key]) for name, key in values.items() if database.get(key)}
    options = database.get("OPTIONS") or {}
    found |= {name: str(options[key]) for key, name in LIBPQ_NAMES.items() if options.get(key)}
    return {**os.environ, **found}
