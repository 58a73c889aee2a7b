"""The identity of this installation. A copied or restored database sends nothing until a person confirms it.

A stamp in the database records where the database lived when a worker first checked. A copy has the stamp but lives
elsewhere. So does a restored database, which may be older than what readers received.
"""

import ctypes
import os
import secrets
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import NotSupportedError, ProgrammingError, connection, transaction

from newsletter.delivery.models import Installation
from newsletter.lib.errors import InvalidState

CHECK_INTERVAL_SECONDS = 5  # a process uses the result of one check for that long
BIRTH = 0x800  # of statx(2): its mask for the time at which a file was made, which stands at byte 80 of the answer
HINT = "Run: newsletter environment confirm"
log = structlog.get_logger()


class InstallationCheck(NamedTuple):
    """The result of a check at `at` (monotonic seconds). `difference`: a sentence, empty if the database is ours."""

    at: float
    installation_id: str
    earlier: Mapping[str, int]
    difference: str


_last: InstallationCheck | None = None


def fingerprint() -> dict[str, str]:
    """Return where the database lives, by the names of its parts. Parts that may not be queried are left out."""
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        if not file.exists():
            return {"file": "memory"}
        # not the device number or the file system id (derived from the device number on XFS): both may change when
        # the machine restarts
        return {"file": str(file.stat().st_ino)} | _made_at(file)
    found: dict[str, str] = {}
    for part, statement in PARTS.items():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                found[part] = str(cursor.fetchone()[0])
        except (ProgrammingError, NotSupportedError):  # this role or hosting service does not permit it
            continue
    return found


def _made_at(file: Path) -> dict[str, str]:
    """Return when the file was created, to the nanosecond; a copy has a time of its own.

    Empty if the file system does not record it. Never opens the file: closing it would drop the locks that SQLite
    holds on it in this process.
    """
    statx = getattr(ctypes.CDLL(None), "statx", None)
    answer = ctypes.create_string_buffer(256)
    if statx is None or statx(-100, os.fsencode(file.absolute()), 0, BIRTH, answer) != 0:
        return {}
    (mask,) = struct.unpack_from("=I", answer, 0)
    seconds, nanoseconds = struct.unpack_from("=qI", answer, 80)
    return {"creation time": f"{seconds}.{nanoseconds:09}"} if mask & BIRTH else {}


# The timeline comes from the write-ahead log, because the last checkpoint may be minutes older than a promotion.
PARTS = {
    "database": "SELECT oid FROM pg_database WHERE datname = current_database()",
    "cluster": "SELECT system_identifier FROM pg_control_system()",
    "timeline": "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)",
}


def is_current() -> bool:
    """Return True if this process may send. Queries the database once in CHECK_INTERVAL_SECONDS."""
    return not check().difference


def require_current() -> None:
    """Raise `InvalidState` if this installation must not send."""
    if difference := check(fresh=True).difference:
        raise InvalidState(f"{difference} {HINT}")


def cached_id() -> str:
    """Return the id that this process last read; empty before its first check. Never queries the database."""
    return _last.installation_id if _last else ""


def check(*, fresh: bool = False) -> InstallationCheck:
    """Compare the stamp with where the database lives; create the stamp if there is none."""
    global _last  # noqa: PLW0603 — one process has one database
    if fresh or _last is None or time.monotonic() - _last.at > CHECK_INTERVAL_SECONDS:
        before, stamp = _last, _stamp()
        _last = InstallationCheck(time.monotonic(), stamp.installation_id, stamp.earlier, _difference(stamp))
        if _last.difference and not (before and before.difference):
            log.error("environment.strange", difference=_last.difference)
    return _last


def reset_cache() -> None:
    """Forget the last check, so that the next call queries the database."""
    global _last  # noqa: PLW0603 — as above
    _last = None


def is_own_event(installation_id: str, attempt: int | None) -> bool:
    """Return True for an event of a call of this installation, under its id or, until the confirmation, an earlier id.

    Attempt ids of another copy since then may be the same as ours for other readers.
    """
    last_check = check()
    return installation_id == last_check.installation_id or (
        attempt is not None and attempt <= last_check.earlier.get(installation_id, 0)
    )


def _stamp() -> Installation:
    stamp = Installation.objects.filter(pk=1).first()
    if stamp is None:
        made = new()
        fields = {
            "installation_id": made.installation_id,
            "environment": made.environment,
            "fingerprint": made.fingerprint,
        }
        stamp, _ = Installation.objects.get_or_create(pk=1, defaults=fields)
    return stamp


def mark_restored() -> None:
    """Record that the database was restored from a backup, so that it sends nothing until a person confirms it.

    PostgreSQL may have restored it into the database where it was, so its place alone does not show that.
    """
    stamp = Installation.objects.filter(pk=1).first() or new()
    stamp.fingerprint = dict.fromkeys(stamp.fingerprint.keys() | fingerprint().keys(), "restored")
    stamp.save()
    reset_cache()


def new() -> Installation:
    """Return a new, unsaved stamp of this installation."""
    return Installation(pk=1, installation_id=new_id(), environment=settings.ENVIRONMENT, fingerprint=fingerprint())


def new_id() -> str:
    """Return a random installation id."""
    return secrets.token_hex(6)


def _difference(stamp: Installation) -> str:
    here = fingerprint()
    other = [part for part in here if part in stamp.fingerprint and here[part] != stamp.fingerprint[part]]
    if other or not here.keys() & stamp.fingerprint.keys():
        parts = " and ".join(other) or "kind of database"
        return f"The database was copied, restored or moved (its {parts} changed). Nothing is sent."
    if settings.ENVIRONMENT and stamp.environment != settings.ENVIRONMENT:
        was = f"is {stamp.environment!r}" if stamp.environment else "has no name yet"
        return f"ENVIRONMENT is {settings.ENVIRONMENT!r} but the environment of the database {was}. Nothing is sent."
    return ""
