"""newsletter segments: saved conditions that choose some readers of a publication."""

from __future__ import annotations  # models are imported inside, once Django is set up

import json as json_module
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.support import json_shapes, lookups, output
from newsletter.cli.support.options import By, Json, Publication, SegmentId, Yes
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState

if TYPE_CHECKING:
    from django.db.models import Model

    from newsletter.accounts.models import User
    from newsletter.segments.models import Segment

Where = Annotated[
    list[str],
    typer.Option(
        "--where",
        metavar="KIND:TEST=VALUE",
        help="A condition, such as joined:within=30. May be given several times: all must hold.",
        show_default=False,
    ),
]
Any_ = Annotated[bool, typer.Option("--any", help="One of the conditions is enough.")]
Definition = Annotated[
    str,
    typer.Option(
        metavar="FILE", help="The whole definition as JSON, with groups; - reads it from the input.", show_default=False
    ),
]

app = Commands(help="Manage segments: conditions that choose some readers of a publication.")


@app.command("list")
def list_(publication: Publication = "", json: Json = False) -> None:
    """List the segments of a publication, in words."""
    found = list(lookups.publication(publication).segments.select_related("publication"))
    if json:
        output.print_json([json_shapes.segment(segment) for segment in found])
        return
    output.print_table(["segment", "name", "means"], [[one.pk, one.name, _sentence(one)] for one in found])


@app.command()
def show(segment: SegmentId, json: Json = False) -> None:
    """Show what a segment means and where it is used."""
    _show(lookups.segment(segment), json=json)


@app.command()
def kinds() -> None:
    """List the conditions that exist."""
    from newsletter.segments.condition_kinds import KINDS

    rows = [[f"{kind.name}:{test.name}", test.label] for kind in KINDS.values() for test in kind.tests.values()]
    output.print_table(["condition", "means"], rows)


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the segment is called.")],
    *,
    where: Where = [],  # noqa: B006 — Typer copies it
    any_: Any_ = False,
    definition: Definition = "",
    publication: Publication = "",
    by: By = "",
    json: Json = False,
) -> None:
    """Add a segment. `newsletter segments kinds` lists the conditions.

    Example: newsletter segments add "New, did not give" --where joined:within=30 --where gave:not-within=30
    """
    from newsletter.segments import edit_segment

    target = lookups.publication(publication)
    found = _definition(where, any_=any_, file=definition)
    if found is None:
        raise BadInput("--where", "is missing.", "Give a condition, such as --where joined:within=30.")
    person = _person(by, target)
    _show(edit_segment.add_segment(target, name=name, definition=found, by=person, now=clock.now()), json=json)


@app.command("set")
def set_(
    segment: SegmentId,
    *,
    name: Annotated[str, typer.Option(help="Another name.", show_default=False)] = "",
    where: Where = [],  # noqa: B006 — Typer copies it
    any_: Any_ = False,
    definition: Definition = "",
    by: By = "",
    json: Json = False,
) -> None:
    """Change the name of a segment, or replace its conditions. Approvals of editions for it end.

    Example: newsletter segments set 3 --where joined:within=60
    """
    from newsletter.segments import edit_segment

    row = lookups.segment(segment)
    changed = edit_segment.change_segment(
        row,
        name=name or None,
        definition=_definition(where, any_=any_, file=definition),
        by=_person(by, row.publication_id),
        now=clock.now(),
    )
    _show(changed, json=json)


@app.command()
def remove(segment: SegmentId, by: By = "", yes: Yes = False) -> None:
    """Remove a segment that no edition to come and no other segment uses."""
    from newsletter.letters import edition_audience

    row = lookups.segment(segment)
    if not output.confirm(f"Remove the segment “{row}”?", yes=yes, hint="Give --yes."):
        raise InvalidState("Nothing was removed.")
    edition_audience.remove_segment(row, by=_person(by, row.publication_id), now=clock.now())
    output.print_text(f"Removed {row}.")


@app.command()
def count(segment: SegmentId, json: Json = False) -> None:
    """Count the readers of a segment exactly, of those who would get an edition now."""
    from newsletter.segments.segment_content import content_of
    from newsletter.segments.segment_counts import count_segment

    row = lookups.segment(segment)
    found = count_segment(row.publication, content_of(row), now=clock.now(), exact=True)
    if json:
        output.print_json({"segment": row.pk, "matching": found.matching, "readers": found.readers})
        return
    output.print_text(f"{found.matching:,} of {found.readers:,} readers")


def _definition(where: list[str], *, any_: bool, file: str) -> Any:
    """Return the definition from the options; None without any."""
    if where and file:
        raise BadInput("--definition", "cannot be given with --where.", "Give one of the two.")
    if where:
        return {"groups": [{"match": "any" if any_ else "all", "conditions": [_condition(one) for one in where]}]}
    if not file:
        return None
    try:
        return json_module.loads(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput("--definition", f"cannot be read: {error}.", "Give a file with JSON.") from None


def _condition(text: str) -> dict[str, str]:
    head, equals, value = text.partition("=")
    kind, colon, test = head.strip().partition(":")
    if not (equals and colon):
        hint = "Write it as joined:within=30. They are listed by: newsletter segments kinds"
        raise BadInput("--where", f"{text[:60]!r} is not a condition.", hint)
    return {"kind": kind, "test": test, "value": value}


def _sentence(segment: Segment) -> str:
    from newsletter.segments.segment_content import content_of, sentence

    return sentence(content_of(segment))


def _show(segment: Segment, *, json: bool) -> None:
    from newsletter.letters import edition_audience

    if json:
        output.print_json(json_shapes.segment(segment))
        return
    editions = edition_audience.editions_to_come(segment)
    output.print_fields(
        [
            ("segment", f"{segment.pk} of {segment.publication.slug}"),
            ("name", segment.name),
            ("means", _sentence(segment)),
            ("editions to come", ", ".join(str(edition.pk) for edition in editions)),
        ]
    )


def _person(by: str, publication: Model | int | None) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.AUDIENCE, publication=publication)
