"""Restore a backup into an empty database. What is restored sends nothing until a person confirms it."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from newsletter.delivery.ledger import installation
from newsletter.lib.errors import InvalidState
from newsletter.ops import heartbeats
from newsletter.ops.backup import backup_archive, database_copies
from newsletter.ops.backup.backup_archive import BackupManifest, BadArchive
from newsletter.ops.backup.make_backup import DATA_FILES, secret_key_hash


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. `replaced_keys` are files of keys that were here and differed; they have another name now."""

    manifest: BackupManifest
    pictures: int
    missing_migrations: int
    replaced_keys: tuple[str, ...]
    is_same_secret: bool


def restore_backup(stream: BinaryIO, *, replace: bool, now: datetime) -> Restored:
    """Restore the database, the pictures and the keys.

    The archive is verified first. Raises `InvalidState` if the database is in use, or has tables and `replace` is
    False. Existing pictures stay. Pictures in a bucket are not part of a backup.
    """
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.DATA_DIR) as made:
        folder = Path(made)
        manifest = backup_archive.extract(stream, folder)
        _require_suitable(manifest)
        _require_unused(now=now, replace=replace)
        copy = folder / database_copies.NAMES[manifest.database]
        if not copy.is_file():
            raise BadArchive(f"The archive has no {copy.name}, so nothing was restored.")
        database_copies.load_from(copy)
        installation.mark_restored()
        pictures = _copy_pictures(folder / "pictures")
        is_same_secret = _will_have_secret_of(manifest, folder)
        replaced = tuple(name for name in DATA_FILES if _restore_key(folder / "data" / name, settings.DATA_DIR / name))
    missing = len(_of_this_release() - set(manifest.migrations))
    return Restored(manifest, pictures, missing, replaced, is_same_secret)


def _will_have_secret_of(manifest: BackupManifest, folder: Path) -> bool:
    """Return True if this installation has the SECRET_KEY of the backup once its file of it is restored."""
    here, there = settings.DATA_DIR / "secret-key", folder / "data" / "secret-key"
    if here.is_file() and here.read_text("utf-8").strip() == settings.SECRET_KEY and there.is_file():
        return manifest.secret_key_hash == secret_key_hash(there.read_text("utf-8").strip())
    return manifest.secret_key_hash == secret_key_hash(settings.SECRET_KEY)


def _of_this_release() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}


def _require_suitable(manifest: BackupManifest) -> None:
    if manifest.database != connection.vendor:
        raise InvalidState(
            f"The backup is of {manifest.database}, and DATABASE_URL names {connection.vendor}. Set DATABASE_URL."
        )
    if unknown := sorted(set(manifest.migrations) - _of_this_release()):
        raise InvalidState(
            f"The backup is of a newer release ({manifest.version}): this one does not know {unknown[0]}. "
            "Install that release."
        )


def _require_unused(*, now: datetime, replace: bool) -> None:
    if database_copies.is_empty():
        return
    if _has_workers(now):
        raise InvalidState("Workers use the database. Stop all services, wait 20 seconds, then restore.")
    if not replace:
        raise InvalidState("The database has tables. Give an empty database, or --replace to lose what is in it.")
    if others := database_copies.sessions_of_others():
        sessions = "1 other session uses" if others == 1 else f"{others} other sessions use"
        raise InvalidState(f"{sessions} the database. Stop all services, then restore.")


def _has_workers(now: datetime) -> bool:
    try:
        return bool(heartbeats.living_workers(now=now))
    except DatabaseError:  # tables of another release, or of another program
        connection.close()
        return False


def _copy_pictures(source: Path) -> int:
    if not source.is_dir():
        return 0
    target = settings.DATA_DIR / "pictures"
    target.mkdir(mode=0o700, exist_ok=True)
    pictures = list(source.iterdir())
    for picture in pictures:
        if not (target / picture.name).exists():
            picture.chmod(0o644)
            shutil.move(picture, target / picture.name)
    return len(pictures)


def _restore_key(source: Path, target: Path) -> bool:
    """Restore a file of a key. Return True if another one was here; it is kept as `….before-restore`."""
    if not source.is_file():
        return False
    differs = target.exists() and target.read_bytes() != source.read_bytes()
    if differs:
        target.replace(target.with_name(f"{target.name}.before-restore"))
    shutil.move(source, target)
    return differs
