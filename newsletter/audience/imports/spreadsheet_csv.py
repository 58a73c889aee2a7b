"""Read a spreadsheet in a subprocess with limits, so that no file can block a worker or fill its memory."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import structlog

from newsletter.audience.imports.spreadsheet_limits import BOUNDS, MAX_SPREADSHEET_BYTES
from newsletter.lib.bounded_process import Ending, command_of, run
from newsletter.lib.errors import BadInput

COMMAND = command_of(Path(__file__).with_name("spreadsheet_main.py"))
SAVE_AS_CSV = "Save the sheet of readers as “CSV UTF-8” and import that file."
log = structlog.get_logger()


class SpreadsheetText(NamedTuple):
    """The first sheet with content as the lines of a CSV file, and the names of all such sheets."""

    sheets: list[str]
    content: str

    def lines(self) -> Iterator[str]:
        return iter(io.StringIO(self.content, newline=""))


def read_spreadsheet(file: BinaryIO) -> SpreadsheetText:
    """Return the text of an XLSX file. Raises `BadInput` if it is damaged, protected by a password or too large."""
    file.seek(0)
    data = file.read(MAX_SPREADSHEET_BYTES + 1)
    if len(data) > MAX_SPREADSHEET_BYTES:
        raise BadInput("file", f"is a spreadsheet larger than {MAX_SPREADSHEET_BYTES // 1_000_000} MB.", SAVE_AS_CSV)
    answer = run(COMMAND, data, bounds=BOUNDS)
    if answer.ending == Ending.ANSWERED:
        head, _, content = answer.output.partition(b"\n")
        return SpreadsheetText(json.loads(head), content.decode())
    if answer.ending in (Ending.TOO_LONG, Ending.NO_MEMORY) or "MemoryError" in answer.trouble:
        raise BadInput("file", "is a spreadsheet that needs too much time or memory to read.", SAVE_AS_CSV)
    log.warning("spreadsheet.not_read", why=answer.trouble)
    raise BadInput("file", "is a spreadsheet that cannot be read: damaged, or protected by a password.", SAVE_AS_CSV)
