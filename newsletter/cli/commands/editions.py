"""newsletter editions: what is planned, and its letter. A person's word on it is in `editions_actions.py`."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.support import datetimes, json_shapes, lookups, output
from newsletter.cli.support.options import EditionId, Json, Publication
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState

if TYPE_CHECKING:
    from newsletter.editions.models import Edition

app = Commands(help="Editions: list, assemble, approve, send, hold and cancel them.")
OPEN = ("planned", "assembled", "approved", "dispatching", "held")


@app.command("list")
def list_(
    publication: Publication = "",
    all_: Annotated[bool, typer.Option("--all", help="Also those that were dispatched or cancelled.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many.")] = 30,
    json: Json = False,
) -> None:
    """List editions, the one that leaves last on top."""
    from newsletter.editions.models import Edition

    rows = json_shapes.with_contents(Edition.objects.order_by("-due_at", "-id"))
    if publication:
        rows = rows.filter(publication=lookups.publication(publication))
    if not all_:
        rows = rows.filter(state__in=OPEN)
    found = list(rows[:limit])
    if json:
        output.print_json([json_shapes.edition(edition) for edition in found])
        return
    output.print_table(
        ["edition", "publication", "due", "state", "stories", "why"],
        [[e.pk, e.publication.slug, datetimes.format_due(e), e.state, len(e.placements.all()), e.reason] for e in found],
    )


@app.command()
def show(edition: EditionId, json: Json = False) -> None:
    """Show one edition: its stories, what preflight found, and where it stands."""
    print_edition(lookups.edition(edition), json=json)


@app.command()
def plan(
    publication: Publication = "",
    at: Annotated[
        str,
        typer.Option(
            "--at", metavar="MOMENT", help="An extra edition, due then: 2026-12-01T06:00, or now.", show_default=False
        ),
    ] = "",
    subject: Annotated[str, typer.Option("--subject", help="Subject of the extra edition.", show_default=False)] = "",
    json: Json = False,
) -> None:
    """Make sure that the next edition exists, or plan an extra one.

    The next edition of a publication is planned by itself while the workers run.
    """
    from newsletter.editions import plan_editions

    meant, now = lookups.publication(publication), clock.now()
    if at:
        due = now if at == "now" else datetimes.parse_datetime(at, field="--at", zone=meant.time_zone)
        edition = plan_editions.add_extra(meant, due_at=due, now=now, subject=subject)
    else:
        if subject:
            raise BadInput("--subject", "goes with --at.", "The next edition takes its first headline.")
        planned = plan_editions.plan(meant, now=now)
        if planned is None:
            raise InvalidState(f"{meant.name} has no edition ahead: it is not active, or its rule has ended.")
        edition = planned
    print_edition(edition, json=json)


@app.command()
def assemble(edition: EditionId, json: Json = False) -> None:
    """Take the stories, place the appeal, and freeze the letter. Does nothing the second time."""
    from newsletter.letters import assemble_letter

    meant = lookups.edition(edition)
    if meant.state == "planned" and meant.auto_approve:
        output.print_note(
            f"{meant.publication.name} approves itself: once assembled, it leaves {datetimes.format_due(meant)}."
        )
    made = assemble_letter.assemble(edition, now=clock.now())
    print_edition(made, json=json)
    if made.state == "planned":
        waits = made.placements.exists()
        why = "its pictures are still being fetched" if waits else "there are too few stories in the queue"
        output.print_note(f"It is still planned: {why}.")
        raise typer.Exit(1)


def print_edition(edition: Edition, *, json: bool) -> None:
    """One edition as it is by now."""
    shape = json_shapes.edition(lookups.edition(edition.pk))
    if json:
        output.print_json(shape)
        return
    output.print_fields(
        [
            ("edition", f"{shape['id']} of {shape['publication']}"),
            ("state", shape["state"]),
            ("why", shape["reason"]),
            ("due", datetimes.format_due(edition)),
            ("subject", shape["subject"]),
            ("stories", "\n".join(f"{s['position']}. {s['headline']}" for s in shape["stories"])),
            ("preflight", "\n".join(f"{f['severity']}: {f['code']}. {f['hint']}" for f in shape["findings"])),
            ("content hash", shape["content_hash"]),
            ("approved by", shape["approved_by"] or ("the publication’s policy" if shape["approved_at"] else "")),
        ]
    )
