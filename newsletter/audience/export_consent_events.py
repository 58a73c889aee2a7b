"""Export the consent events of a publication as CSV, the evidence for an authority. Streams."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from newsletter.audience.models import ConsentAct, ConsentBasis, ConsentEvent, ConsentMethod
from newsletter.lib.spreadsheet_formulas import escape_formula
from newsletter.publications.models import Publication


class ExportedConsentEvent(NamedTuple):
    """One event. Times are UTC. The wording is named by its version and SHA-256."""

    email: str
    at: datetime
    act: str
    method: str
    purpose: str
    basis: str
    form: str
    actor: str
    network: str
    wording_version: int | None
    wording_hash: str | None
    recorded_at: datetime


def rows(publication: Publication) -> Iterator[ExportedConsentEvent]:
    """Yield every consent event of `publication`, in the order in which they were recorded."""
    found = ConsentEvent.objects.filter(publication=publication).order_by("pk")
    values = found.values_list(
        *("subscriber__email", "at", "act", "method", "purpose", "basis", "form", "actor", "network"),
        *("wording__version", "wording__text_hash", "recorded_at"),
    )
    for email, at, act, method, purpose, basis, *rest in values.iterator(chunk_size=2000):
        words = ConsentAct(act).label, ConsentMethod(method).label, purpose, ConsentBasis(basis).label if basis else ""
        yield ExportedConsentEvent(email, at, *words, *rest)


def lines(events: Iterable[ExportedConsentEvent]) -> Iterator[str]:
    """Yield `events` as the lines of a CSV file with a header, safe to open in a spreadsheet."""
    yield _line(ExportedConsentEvent._fields)
    for event in events:
        yield _line([_cell(value) for value in event])


def _cell(value: str | datetime | int | None) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return "" if value is None else escape_formula(str(value))


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
