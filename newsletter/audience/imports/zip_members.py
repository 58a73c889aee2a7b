"""Read the members of a ZIP file within limits, so that a small file cannot unpack to a huge one."""

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from newsletter.lib.errors import BadInput

MAX_MEMBERS = 20_000  # an export may contain every past edition
MAX_MEMBER_BYTES = 200_000_000
MAX_BYTES = 300_000_000  # of the members that are read, unpacked
MAX_RATIO = 200  # unpacked to packed; lists of readers stay below 30
SMALL = 1_000_000  # bytes: no ratio is suspicious below
IN_MEMORY = 5_000_000
BLOCK = 1_000_000
DAMAGED = BadInput("file", "is a damaged ZIP file.", "Export it again, or unpack it and import its files.")


def is_zip(file: BinaryIO) -> bool:
    """Return True if a seekable file is a ZIP file. Spreadsheets are too."""
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    return head in (b"PK\x03\x04", b"PK\x05\x06")


def members(file: BinaryIO, *, suffixes: frozenset[str]) -> tuple[list[str], list[str]]:
    """Return the names of the members with one of these suffixes, and those of all others, sorted.

    Raises `BadInput` for a file that is damaged, encrypted or unpacks to more than the limits.
    """
    found, others, total = [], [], 0
    with _opened(file) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_MEMBERS:
            raise BadInput("file", f"contains more than {MAX_MEMBERS:,} files.", "Unpack it and import the lists.")
        for entry in entries:
            path = PurePosixPath(entry.filename)
            if entry.is_dir():
                continue
            if path.suffix.lower() not in suffixes or is_hidden(path):
                others.append(entry.filename)
                continue
            if entry.flag_bits & 1:
                raise BadInput("file", "is an encrypted ZIP file.", "Unpack it and import its files.")
            if entry.file_size > SMALL and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
                raise BadInput("file", "unpacks to far more than its size.", "Unpack it and import the lists.")
            total += entry.file_size
            if entry.file_size > MAX_MEMBER_BYTES or total > MAX_BYTES:
                raise BadInput(
                    "file",
                    "is too large when unpacked.",
                    "Unpack it and import the folder with the command newsletter readers import.",
                )
            found.append(entry.filename)
    return sorted(found), sorted(others)


def open_member(file: BinaryIO, name: str) -> BinaryIO:
    """Return the content of a member as a seekable temporary file."""
    content = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 — the caller closes it
    try:
        with _opened(file) as archive, archive.open(name) as packed:
            for block in _blocks(cast(BinaryIO, packed)):  # as many bytes as the archive states, which was checked
                content.write(block)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, KeyError, ValueError):
        content.close()
        raise DAMAGED from None
    content.seek(0)
    return cast(BinaryIO, content)


def _blocks(packed: BinaryIO) -> Iterator[bytes]:
    while block := packed.read(BLOCK):
        yield block


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    file.seek(0)
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError):
        raise DAMAGED from None


def is_hidden(path: PurePosixPath) -> bool:
    """Return True for a file that an operating system adds and hides."""
    return any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
