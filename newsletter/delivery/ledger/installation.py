"""Which house is this? A database that was copied or restored sends nothing until a person says what it is now.

The house is stamped with where its database lives when a worker first looks. A copy takes the stamp
along but lives elsewhere, and so does a restored one: it may be older than what readers have received.
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

AGAIN = 5  # seconds a look holds for this process
BIRTH = 0x800  # of statx(2): its mask for the time at which a file was made, which stands at byte 80 of the answer
MEND = "Run: newsletter environment confirm"
log = structlog.get_logger()


class InstallationCheck(NamedTuple):
    """What was seen at `at` (monotonic seconds). `difference` is a sentence, empty when the house is ours."""

    at: float
    installation_id: str
    earlier: Mapping[str, int]
    difference: str


_last: InstallationCheck | None = None


def fingerprint() -> dict[str, str]:
    """Where the database lives, by names of its parts. What may not be asked is left out."""
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        if not file.exists():
            return {"file": "memory"}
        # not the number of the device or the id of its file system (of the device number, on XFS): these may be
        # others after a restart of the machine
        return {"file": str(file.stat().st_ino)} | _made_at(file)
    found: dict[str, str] = {}
    for part, statement in PARTS.items():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                found[part] = str(cursor.fetchone()[0])
        except (ProgrammingError, NotSupportedError):  # a role, or a service, that does not permit it
            continue
    return found


def _made_at(file: Path) -> dict[str, str]:
    """When the file was made, to the nanosecond: a copy is made anew. Empty where the file system does not keep it.

    Never opens the file: closing it would drop the locks that SQLite holds on it in this process.
    """
    statx = getattr(ctypes.CDLL(None), "statx", None)
    answer = ctypes.create_string_buffer(256)
    if statx is None or statx(-100, os.fsencode(file.absolute()), 0, BIRTH, answer) != 0:
        return {}
    (mask,) = struct.unpack_from("=I", answer, 0)
    seconds, nanoseconds = struct.unpack_from("=qI", answer, 80)
    return {"creation time": f"{seconds}.{nanoseconds:09}"} if mask & BIRTH else {}


# The timeline is asked of the log and not of the last checkpoint, which may be minutes older than a promotion.
PARTS = {
    "database": "SELECT oid FROM pg_database WHERE datname = current_database()",
    "cluster": "SELECT system_identifier FROM pg_control_system()",
    "timeline": "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)",
}


def is_current() -> bool:
    """May this process send? Asked before each slice; looks at the database once in AGAIN seconds."""
    return not check().difference


def require_current() -> None:
    """Raises `InvalidState` when nothing may leave from here."""
    if difference := check(fresh=True).difference:
        raise InvalidState(f"{difference} {MEND}")


def cached_id() -> str:
    """The id that this process last saw; empty before its first look. Never asks the database."""
    return _last.installation_id if _last else ""


def check(*, fresh: bool = False) -> InstallationCheck:
    """The stamp beside the place; a house without one is stamped."""
    global _last  # noqa: PLW0603 — one process, one house
    if fresh or _last is None or time.monotonic() - _last.at > AGAIN:
        before, stamp = _last, _stamp()
        _last = InstallationCheck(time.monotonic(), stamp.installation_id, stamp.earlier, _difference(stamp))
        if _last.difference and not (before and before.difference):
            log.error("environment.strange", difference=_last.difference)
    return _last


def reset_cache() -> None:
    """Look again at the next question."""
    global _last  # noqa: PLW0603 — as above
    _last = None


def is_own_event(installation_id: str, attempt: int | None) -> bool:
    """True for an event of this installation: of a call made under its id, or an earlier one before it was confirmed.

    Calls that another copy made since then have numbers that ours may use again for other readers.
    """
    seen = check()
    return installation_id == seen.installation_id or (
        attempt is not None and attempt <= seen.earlier.get(installation_id, 0)
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


def new() -> Installation:
    return Installation(pk=1, installation_id=new_id(), environment=settings.ENVIRONMENT, fingerprint=fingerprint())


def new_id() -> str:
    return secrets.token_hex(6)


def _difference(stamp: Installation) -> str:
    here = fingerprint()
    other = [part for part in here if part in stamp.fingerprint and here[part] != stamp.fingerprint[part]]
    if other or not here.keys() & stamp.fingerprint.keys():
        parts = " and ".join(other) or "kind of database"
        return f"The database was copied, restored or moved (another {parts}): nothing is sent."
    if settings.ENVIRONMENT and stamp.environment != settings.ENVIRONMENT:
        was = f"is {stamp.environment!r}" if stamp.environment else "has no name yet"
        return f"ENVIRONMENT is {settings.ENVIRONMENT!r} but the database {was}: nothing is sent."
    return ""
