"""Import the chosen tables of a file, chunk by chunk. Whatever was imported stays if the process ends."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from newsletter.audience.import_subscribers import (
    CHUNK_SIZE,
    ImportTerms,
    ReadRow,
    RowResult,
    check_rows,
    import_chunk,
)
from newsletter.audience.imports.choose_tables import ChosenColumns, TableChoice
from newsletter.audience.subscriber_csv import read_records
from newsletter.audience.subscriber_import_report import SubscriberImportReport
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication


class TableChunk(NamedTuple):
    """A few thousand rows of one table."""

    table: str
    rows: list[ReadRow]


def read_chunks(
    choices: Sequence[TableChoice], terms: ImportTerms, *, chosen: ChosenColumns | None = None
) -> Iterator[TableChunk]:
    """Yield the rows of all imported tables in chunks, always the same ones for the same file.

    An address that stands in several tables counts once, with the strictest of its rows. Raises `BadInput`, with the
    name of the table, where a table cannot be read on.
    """
    seen: dict[str, int] = {}
    for choice in choices:
        if not choice.is_imported:
            continue
        name = choice.table.name
        records = read_records(choice.table.lines(), file_name=name, chosen=(chosen or {}).get(name))
        rows = check_rows(records, terms, seen=seen)
        try:
            while chunk := list(islice(rows, CHUNK_SIZE)):
                yield TableChunk(name, chunk)
        except BadInput as error:
            raise BadInput(f"{name}, {error.field}", error.problem, error.hint) from None


def import_tables(
    publication: Publication,
    choices: Sequence[TableChoice],
    terms: ImportTerms,
    report: SubscriberImportReport,
    *,
    dry_run: bool = False,
) -> Iterator[tuple[str, list[RowResult]]]:
    """Import all chunks and count them in `report`. Yield the table and the results of each chunk when it is stored."""
    for chunk in read_chunks(choices, terms):
        yield chunk.table, import_chunk(publication, chunk.rows, report, terms, dry_run=dry_run)


def lacks_times(choices: Sequence[TableChoice]) -> bool:
    """Return True if some imported table says for nobody when consent was given, so that the person must say it."""
    return any(not _has_times(choice) for choice in choices if choice.is_imported)


def _has_times(choice: TableChoice) -> bool:
    columns = choice.columns
    return bool(columns and (columns.given_at or columns.consent.has_times or columns.format.state[0] is None))
