"""The archive of a backup: a compressed tar whose last member is a manifest with the checksum of every other member."""

import hashlib
import io
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import orjson

from newsletter.lib.errors import NewsletterError

FORMAT = 1
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 200_000_000  # of an archive with a million pictures
OWNER_ONLY = 0o600


class BadArchive(NewsletterError):
    """The file is no backup, is cut off, or was changed."""


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What an archive has. `files` are the SHA-256 of each member; `migrations` those applied, as `app.name`."""

    created_at: str
    version: str
    database: str
    migrations: list[str]
    environment: str
    secret_key_hash: str
    files: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


class ArchiveWriter:
    """Adds files to an archive that is written to a stream."""

    def __init__(self, stream: BinaryIO) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w|gz", format=tarfile.PAX_FORMAT)  # noqa: SIM115 — closed below
        self._files: dict[str, str] = {}

    def add(self, name: str, source: Path) -> None:
        """Add a file of the disk."""
        with source.open("rb") as file:
            entry = self._tar.gettarinfo(arcname=name, fileobj=file)
            entry.mode, entry.uname, entry.gname, entry.uid, entry.gid = OWNER_ONLY, "", "", 0, 0
            hashed = _HashingReader(file)
            self._tar.addfile(entry, hashed)
        self._files[name] = hashed.hexdigest()

    def finish(self, manifest: BackupManifest) -> None:
        """Add the manifest and end the archive."""
        content = orjson.dumps(asdict(manifest) | {"files": self._files}, option=orjson.OPT_INDENT_2)
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(content), OWNER_ONLY
        self._tar.addfile(entry, io.BytesIO(content))
        self._tar.close()


def extract(stream: BinaryIO, folder: Path) -> BackupManifest:
    """Write the members of an archive below `folder`, verify all checksums and return the manifest.

    Raises `BadArchive` and leaves what it has written to the caller, who deletes `folder`.
    """
    found: dict[str, str] = {}
    content = b""
    try:
        with tarfile.open(fileobj=stream, mode="r|gz") as tar:
            for entry in tar:
                source = tar.extractfile(entry) if entry.isfile() else None
                if source is None:
                    raise BadArchive(f"The archive has {entry.name!r}, which is not a plain file.")
                if entry.name == MANIFEST:
                    content = source.read(MAX_MANIFEST_BYTES)
                else:
                    found[entry.name] = _write(source, _place(folder, entry.name))
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise BadArchive(f"The file is no backup, or it is cut off ({error}).") from None
    manifest = _read_manifest(content)
    if manifest.files != found:
        wrong = sorted({*manifest.files.items()} ^ {*found.items()})[0][0]
        raise BadArchive(f"The archive is damaged: {wrong} is not what was backed up.")
    return manifest


def _read_manifest(content: bytes) -> BackupManifest:
    try:
        values = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise BadArchive("The archive has no manifest: it is no backup, or it is cut off.") from None
    if not isinstance(values, Mapping) or values.get("format") != FORMAT:
        raise BadArchive("The archive was written by another release, which this one cannot read.")
    try:
        return BackupManifest(**values)
    except TypeError:
        raise BadArchive("The manifest of the archive is damaged.") from None


def _place(folder: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts:
        raise BadArchive(f"The archive has {name!r}, which is outside of it.")
    place = folder.joinpath(*parts)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def _write(source: object, place: Path) -> str:
    hashed = _HashingReader(source)  # type: ignore[arg-type]  # a file of the archive
    with place.open("wb") as target:
        place.chmod(OWNER_ONLY)
        shutil.copyfileobj(hashed, target, 1 << 20)
    return hashed.hexdigest()


class _HashingReader:
    """Computes the SHA-256 of what is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._hash.update(data)
        return data

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
