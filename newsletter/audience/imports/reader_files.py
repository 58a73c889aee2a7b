"""Find the tables in a file or folder of readers: CSV, TSV and text files, spreadsheets, and ZIP files of these."""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from io import TextIOWrapper
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from newsletter.audience.imports import text_encodings, zip_members
from newsletter.audience.imports.spreadsheet_csv import read_spreadsheet
from newsletter.lib.csv_reader import MAX_ROW_CHARS
from newsletter.lib.errors import BadInput

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt"})
SPREADSHEET_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
SUFFIXES = TEXT_SUFFIXES | SPREADSHEET_SUFFIXES
OLD_SPREADSHEET = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of Excel before 2007
OF_SPREADSHEETS = frozenset({"xl/workbook.xml", "content.xml", "xl/workbook.bin"})  # members
ADDED_BY_SYSTEMS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
NO_TABLE = "Only CSV, TSV and text files and spreadsheets (XLSX, XLS, ODS) are read."
HIDDEN = "It is a hidden file: its name begins with a dot."
UNPACK = "It is a packed file. Unpack it, and import its files."
SAVE_AS = "Spreadsheets of this kind are not read. Save it as XLSX or CSV."
WHY_NOT = {
    **dict.fromkeys((".zip", ".gz", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz"), UNPACK),
    **dict.fromkeys((".numbers", ".xlsb", ".gsheet", ".fods"), SAVE_AS),
}
PAGE = (b"<!doctype html", b"<html", b"<?xml")


class ReaderTable(NamedTuple):
    """One table. `encoding` is a Python codec, empty for a spreadsheet; `sheets` are those of a spreadsheet.

    `lines` yields the lines in that encoding, each time from the beginning. Bytes that are invalid become U+FFFD.
    `why_not` says why a file beside the tables is not read as one; then it has no lines.
    """

    name: str
    encoding: str
    sheets: list[str]
    lines: Callable[[], Iterator[str]]
    why_not: str = ""


Opener = Callable[[], AbstractContextManager[BinaryIO]]


def tables(file: BinaryIO, *, name: str, encoding: str = "") -> list[ReaderTable]:
    """Return the tables of a seekable file, which must stay open while they are read.

    `encoding` replaces the detected one of text. Raises `BadInput` for a file that cannot be read.
    """
    if zip_members.is_zip(file) and not _is_spreadsheet(file):
        names, others = zip_members.members(file, suffixes=SUFFIXES)
        if not names:
            raise BadInput("file", "is a ZIP file without a CSV file or spreadsheet.", "Choose the export of readers.")
        found = [_table(partial(zip_members.open_member, file, one), one, encoding) for one in names]
        return [*found, *_others(others)]
    return [_table(lambda: nullcontext(file), name, encoding)]


def is_table_name(name: str) -> bool:
    """Return True if a file with this name is read as a table where it stands beside other files."""
    path = PurePosixPath(name)
    return path.suffix.lower() in SUFFIXES and not zip_members.is_hidden(path)


def tables_of_folder(folder: Path, *, encoding: str = "") -> list[ReaderTable]:
    """Return the tables of the files in a folder and the folders in it, such as an unpacked export."""
    paths = list(islice((path for path in folder.rglob("*") if path.is_file()), zip_members.MAX_MEMBERS + 1))
    if len(paths) > zip_members.MAX_MEMBERS:
        hint = "Choose the folder of the export."
        raise BadInput("file", f"is a folder with more than {zip_members.MAX_MEMBERS:,} files.", hint)
    files = {path.relative_to(folder).as_posix(): path for path in paths}
    names = sorted(name for name in files if is_table_name(name))
    if not names:
        raise BadInput("file", "is a folder without a CSV file or spreadsheet.", "Choose the folder of the export.")
    found = [_table(partial(_opened, files[name]), name, encoding) for name in names]
    return [*found, *_others(sorted(files.keys() - set(names)))]


def _others(names: Iterable[str]) -> Iterator[ReaderTable]:
    """Yield files that are not read. Those that an operating system adds and hides are not mentioned."""
    for name in names:
        path = PurePosixPath(name)
        if path.name.startswith("._") or path.name in ADDED_BY_SYSTEMS or "__MACOSX" in path.parts:
            continue
        why_not = HIDDEN if zip_members.is_hidden(path) else WHY_NOT.get(path.suffix.lower(), NO_TABLE)
        yield ReaderTable(name, "", [], lambda: iter(()), why_not)


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _table(opener: Opener, name: str, encoding: str) -> ReaderTable:
    with opener() as file:
        file.seek(0)
        head = file.read(1000)
        if head.startswith(OLD_SPREADSHEET) or (zip_members.is_zip(file) and _is_spreadsheet(file)):
            content = read_spreadsheet(file)
            return ReaderTable(name, "", content.sheets, content.lines)
        if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower().startswith(PAGE):
            raise BadInput("file", f"{name} is a web page, not a list.", "Download the export itself, as CSV.")
        codec = encoding or text_encodings.detect_encoding(file)
    return ReaderTable(name, codec, [], partial(_lines, opener, codec))


def _lines(opener: Opener, codec: str) -> Iterator[str]:
    with opener() as file:
        file.seek(0)
        text = TextIOWrapper(file, encoding="utf-8-sig" if codec == "utf-8" else codec, errors="replace", newline="")
        try:
            # at most one maximum row at a time; `read_rows` rejects a line that is cut off here
            yield from iter(lambda: text.readline(MAX_ROW_CHARS + 1), "")
        except UnicodeError:  # half a character at the end of UTF-16
            raise BadInput("file", "is not in its stated encoding.", "Save it as “CSV UTF-8”.") from None
        finally:
            with suppress(ValueError):
                text.detach()


def _is_spreadsheet(file: BinaryIO) -> bool:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return any(name in OF_SPREADSHEETS for name in archive.namelist())
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError):
        return False  # `zip_members` says what is wrong
    finally:
        file.seek(0)
