"""Audit records in words, for the history of one thing and for the page of the audit trail."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Model

from newsletter.audit import search_records
from newsletter.audit.acts import Act, Door
from newsletter.audit.models import Record, RecordQuerySet
from newsletter.publications.models import Publication

MAX_SHOWN = 50  # in the history of one thing
SERVICE = "The service"
FIELD_NAMES = {
    "body": "teaser",
    "url": "link",
    "source_name": "source",
    "preheader": "preview text",
    "intro": "note",
    "is_sensitive": "sensitive",
}


class RecordInWords(NamedTuple):
    """Who did what, as pages show it."""

    at: datetime
    who: str
    act: str
    subject: str
    details: list[tuple[str, str]]  # name and value
    place: str
    publication: str = ""


def history_of(subject: Model) -> list[RecordInWords]:
    """Return the latest acts on `subject`, newest first."""
    found = search_records.search(subject=str(subject._meta.model_name), subject_id=subject.pk)
    return in_words(found.select_related("user")[:MAX_SHOWN])


def in_words(
    records: RecordQuerySet | list[Record], *, publications: Iterable[Publication] = ()
) -> list[RecordInWords]:
    """Return records as pages show them, with the names of these publications. They need `select_related("user")`."""
    names = {one.pk: one.name for one in publications}
    return [
        RecordInWords(
            record.at,
            str(record.user) if record.user else record.who or _unnamed(record),
            act_label(record.act),
            record.subject_name,
            [(_field_name(name), _value(value)) for name, value in record.details.items()],
            record.place,
            names.get(record.publication_id or 0, ""),
        )
        for record in records
    ]


def act_label(act: str) -> str:
    """Return the name of an act as pages show it: “Story changed”."""
    return str(Act(act).label).capitalize() if act in Act.values else act


def _unnamed(record: Record) -> str:
    return f"{record.place or 'Somebody'} at the command line" if record.door == Door.COMMAND else SERVICE


def _field_name(name: str) -> str:
    return FIELD_NAMES.get(name, name.replace("_", " "))


def _value(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
