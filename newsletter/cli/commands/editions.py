"""newsletter editions: list, plan and assemble. Approving, sending and holding are in `editions_actions.py`."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.support import datetimes, json_shapes, lookups, output
from newsletter.cli.support.options import By, EditionId, Json, Publication
from newsletter.cli.support.pause_note import pause_note
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState

if TYPE_CHECKING:
    from newsletter.editions.models import Edition

app = Commands(help="Plan, preview, approve and send editions.")
OPEN = ("planned", "assembled", "approved", "dispatching", "held")


@app.command("list")
def list_(
    publication: Publication = "",
    all_: Annotated[bool, typer.Option("--all", help="Include sent and cancelled editions.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Maximum number of rows.")] = 30,
    json: Json = False,
) -> None:
    """List editions, latest due time first."""
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
        ["edition", "publication", "due", "state", "stories", "reason"],
        [
            [e.pk, e.publication.slug, datetimes.format_due(e), e.state, len(e.placements.all()), e.reason]
            for e in found
        ],
    )


@app.command()
def show(edition: EditionId, json: Json = False) -> None:
    """Show an edition: state, stories and preflight findings."""
    print_edition(lookups.edition(edition), json=json)


@app.command()
def plan(  # noqa: PLR0917 — Typer reads them as options
    publication: Publication = "",
    at: Annotated[
        str,
        typer.Option(
            "--at", metavar="TIME", help="Due time of an extra edition: 2026-12-01T06:00, or now.", show_default=False
        ),
    ] = "",
    subject: Annotated[
        str, typer.Option("--subject", help="Subject of the extra edition; needs --at.", show_default=False)
    ] = "",
    send_to: Annotated[
        int,
        typer.Option(
            "--send-to", metavar="SEGMENT", help="Segment of readers who get the extra edition.", show_default=False
        ),
    ] = 0,
    leave_out: Annotated[
        int,
        typer.Option(
            "--leave-out", metavar="SEGMENT", help="Segment of readers who do not get it.", show_default=False
        ),
    ] = 0,
    json: Json = False,
) -> None:
    """Plan the next edition, or an extra one with --at.

    The workers plan the next edition automatically. An extra edition may be for a segment only.

    Example: newsletter editions plan --at 2026-12-01T06:00 --subject "Election night"
    """
    from newsletter.editions import plan_editions

    target, now = lookups.publication(publication), clock.now()
    if at:
        due = now if at == "now" else datetimes.parse_datetime(at, field="--at", zone=target.time_zone)
        edition = plan_editions.add_extra(
            target,
            due_at=due,
            now=now,
            subject=subject,
            send_to=lookups.segment(send_to) if send_to else None,
            leave_out=lookups.segment(leave_out) if leave_out else None,
        )
    else:
        if send_to or leave_out:
            raise BadInput(
                "--send-to or --leave-out", "needs --at.", "Choose readers of a regular edition on its page."
            )
        if subject:
            raise BadInput(
                "--subject", "needs --at.", "The next regular edition takes its subject from its first headline."
            )
        planned = plan_editions.plan(target, now=now)
        if planned is None:
            raise InvalidState(f"{target.name} has no upcoming edition: it is not active, or its schedule has ended.")
        edition = planned
    print_edition(edition, json=json)


@app.command()
def assemble(edition: EditionId, by: By = "", json: Json = False) -> None:
    """Assemble the email of an edition.

    Takes stories from the queue, places the appeal, and freezes the result for approval. An assembled edition stays
    as it is.
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.letters import assemble_edition
    from newsletter.letters.assemble_edition import Asked

    planned = lookups.edition(edition)
    person = lookups.person_if_known(by, Permission.APPROVE, publication=planned.publication_id)
    if planned.state == "planned" and planned.auto_approve:
        output.print_note(
            f"{planned.publication.name} has automatic approval: the email is sent {datetimes.format_due(planned)}."
        )
    assembled = assemble_edition.assemble(edition, now=clock.now(), asked=Asked(person))
    print_edition(assembled, json=json)
    if assembled.state == "planned":
        is_waiting = assembled.placements.exists()
        why = "its pictures are still being fetched" if is_waiting else "there are too few stories in the queue"
        output.print_note(f"Edition {edition} is not assembled yet: {why}.")
        raise typer.Exit(1)


def print_edition(edition: Edition, *, json: bool) -> None:
    """Print the current state of an edition, with what looking up its links found."""
    from newsletter.letters import looked_up_links

    current = lookups.edition(edition.pk)
    hints = looked_up_links.link_findings(looked_up_links.lookups_of(current))
    shape = json_shapes.edition(current) | {"link_hints": hints}
    if json:
        output.print_json(shape)
        return
    output.print_fields(
        [
            ("edition", f"{shape['id']} of {shape['publication']}"),
            ("state", shape["state"]),
            ("reason", shape["reason"]),
            ("due", datetimes.format_due(edition)),
            ("paused", pause_note(current, now=clock.now())),
            ("subject", shape["subject"]),
            ("preview text", shape["preheader"]),
            ("note", shape["intro"]),
            ("stories", "\n".join(f"{s['position']}. {s['headline']}" for s in shape["stories"])),
            ("preflight", "\n".join(f"{f['severity']}: {f['code']}. {f['hint']}" for f in shape["findings"])),
            ("links", "\n".join(f"{hint['place']}. {hint['hint']}" for hint in hints)),
            ("content hash", shape["content_hash"]),
            ("approved by", shape["approved_by"] or ("automatic approval" if shape["approved_at"] else "")),
        ]
    )
