"""Write a backup: the database, the pictures and the keys in the data folder."""

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from newsletter import __version__
from newsletter.ops.backup import database_copies
from newsletter.ops.backup.backup_archive import ArchiveWriter, BackupManifest

DATA_FILES = ("secret-key", "events-key.pem")  # without the first one, links in emails that were sent do not work


def make_backup(stream: BinaryIO, *, now: datetime) -> int:
    """Write a backup to `stream` while the service runs; return the number of pictures in it.

    The database comes first, so that every picture that it names is in the archive.
    """
    writer = ArchiveWriter(stream)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.DATA_DIR) as made:
        copy = Path(made) / database_copies.NAMES[connection.vendor]
        migrations = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
        database_copies.copy_to(copy)
        writer.add(copy.name, copy)
    for name in DATA_FILES:
        if (settings.DATA_DIR / name).is_file():
            writer.add(f"data/{name}", settings.DATA_DIR / name)
    pictures = 0
    for picture in stored_pictures():
        writer.add(f"pictures/{picture.name}", picture)
        pictures += 1
    manifest = BackupManifest(
        created_at=now.isoformat(),
        version=__version__,
        database=connection.vendor,
        migrations=migrations,
        environment=settings.ENVIRONMENT,
        secret_key_hash=secret_key_hash(settings.SECRET_KEY),
    )
    writer.finish(manifest)
    return pictures


def stored_pictures() -> Iterator[Path]:
    """Yield the pictures in the data folder; none when they are in a bucket, which has backups of its own."""
    folder = settings.DATA_DIR / "pictures"
    if not settings.PICTURES_S3_BUCKET and folder.is_dir():
        yield from sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))


def secret_key_hash(key: str) -> str:
    """Return a hash by which a restored installation notices that its SECRET_KEY is another one."""
    return hashlib.blake2b(key.encode(), digest_size=16, person=b"newsletter.bak").hexdigest()
