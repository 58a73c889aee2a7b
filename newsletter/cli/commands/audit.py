"""newsletter audit: search the audit trail."""

from __future__ import annotations  # models are imported inside, once Django is set up

import difflib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.support import datetimes, lookups, output
from newsletter.cli.support.options import Json
from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from newsletter.audit.acts import Act
    from newsletter.audit.models import Record

SOME_ACTS = ("edition-approved", "edition-held", "dispatch-stopped")


def audit(
    *,
    who: Annotated[
        str, typer.Option("--who", metavar="EMAIL", help="Actions of this person.", show_default=False)
    ] = "",
    act: Annotated[
        list[str] | None,
        typer.Option(
            "--act", metavar="ACTION", help="This action, such as edition-held; repeat for more.", show_default=False
        ),
    ] = None,
    subject: Annotated[
        str,
        typer.Option(
            "--subject", metavar="OBJECT", help="Object acted on: edition:5, or edition for all.", show_default=False
        ),
    ] = "",
    publication: Annotated[
        str,
        typer.Option("--publication", "-p", metavar="SLUG", help="What is about this publication.", show_default=False),
    ] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="From this time (UTC): 2026-12-01T06:00.", show_default=False)
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="TIME", help="Before this time (UTC).", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Maximum number of rows.")] = 50,
    json: Json = False,
) -> None:
    """Search the audit trail, newest first.

    Covers sign-ins, accounts, editions, dispatches, templates, publications and appeals. Entries are never changed.

    Example: newsletter audit --who eddie@example.org --subject edition:5
    """
    from newsletter.audit import search_records

    kind, _, number = subject.partition(":")
    found = search_records.search(
        who=who,
        acts=_acts(act or []),
        subject=kind.strip().lower(),
        subject_id=_number(number),
        since=datetimes.parse_datetime(since, field="--since", zone="UTC") if since else None,
        until=datetimes.parse_datetime(until, field="--until", zone="UTC") if until else None,
        publications=[lookups.publication(publication).pk] if publication else None,
    )[:limit]
    if json:
        output.print_json([_shape(record) for record in found])
        return
    output.print_table(
        ["time", "user", "action", "object", "from", "details"],
        [
            [record.at, record.who, record.act, record.subject_name, f"{record.door} {record.place}", _details(record)]
            for record in found
        ],
    )


def _acts(names: list[str]) -> list[Act]:
    from newsletter.audit.acts import Act

    for name in names:
        if name not in Act.values:
            near = difflib.get_close_matches(name[:40], Act.values, n=6, cutoff=0.5)
            listed = (
                f"Give one such as {', '.join(near or SOME_ACTS)}: the column “action” has those that were recorded."
            )
            raise BadInput("--act", "is not an action.", listed)
    return [Act(name) for name in names]


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isdecimal() and text.isascii() and len(text) < 19):
        raise BadInput("--subject", f"{text!r} is not a number.", "Write it like edition:5.")
    return int(text)


def _shape(record: Record) -> dict[str, Any]:
    names = "id at act who door place subject subject_id subject_name publication_id details"
    return {name: getattr(record, name) for name in names.split()}


def _details(record: Record) -> str:
    return ", ".join(f"{name} {value}" for name, value in record.details.items())
