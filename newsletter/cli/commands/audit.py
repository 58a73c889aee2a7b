"""newsletter audit: who did what, when and from where."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.support import datetimes, output
from newsletter.cli.support.options import Json
from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from newsletter.audit.acts import Act
    from newsletter.audit.models import Record


def audit(
    *,
    who: Annotated[
        str, typer.Option("--who", metavar="EMAIL", help="Only what this person did.", show_default=False)
    ] = "",
    act: Annotated[
        list[str] | None,
        typer.Option("--act", metavar="ACT", help="Only these acts, such as edition-held.", show_default=False),
    ] = None,
    subject: Annotated[
        str,
        typer.Option(
            "--subject", metavar="THING", help="Only what was done to edition:5, or to any edition.", show_default=False
        ),
    ] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="MOMENT", help="From then on, in UTC.", show_default=False)
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="MOMENT", help="Before then, in UTC.", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")] = 50,
    json: Json = False,
) -> None:
    """List who did what, to which thing, when and from where; the latest first.

    Sign-ins, accounts, editions, dispatches and templates. Records are added and never changed.
    """
    from newsletter.audit import find_entries

    kind, _, number = subject.partition(":")
    found = find_entries.search(
        who=who,
        acts=_acts(act or []),
        subject=kind.strip().lower(),
        subject_id=_number(number),
        since=datetimes.parse_datetime(since, field="--since", zone="UTC") if since else None,
        until=datetimes.parse_datetime(until, field="--until", zone="UTC") if until else None,
    )[:limit]
    if json:
        output.print_json([_shape(record) for record in found])
        return
    output.print_table(
        ["when", "who", "act", "what", "from", "details"],
        [
            [record.at, record.who, record.act, record.subject_name, f"{record.door} {record.place}", _details(record)]
            for record in found
        ],
    )


def _acts(given: list[str]) -> list[Act]:
    from newsletter.audit.acts import Act

    try:
        return [Act(one) for one in given]
    except ValueError:
        raise BadInput("--act", "is not an act.", f"Give one of: {', '.join(Act.values)}.") from None


def _number(written: str) -> int | None:
    if not written:
        return None
    if not (written.isdecimal() and written.isascii() and len(written) < 19):
        raise BadInput("--subject", f"{written!r} is not a number.", "Write it like edition:5.")
    return int(written)


def _shape(record: Record) -> dict[str, Any]:
    names = "id at act who door place subject subject_id subject_name details"
    return {name: getattr(record, name) for name in names.split()}


def _details(record: Record) -> str:
    return ", ".join(f"{name} {value}" for name, value in record.details.items())
