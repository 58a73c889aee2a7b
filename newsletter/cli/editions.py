"""newsletter editions: see what is planned, look at letters, and give a person's word on them."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli import choosing, output, shapes, times
from newsletter.cli.commands import Commands
from newsletter.cli.options import By, EditionId, Json, Publication, Reason, Yes
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, NotAllowed

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

    rows = Edition.objects.select_related("publication", "approved_by").order_by("-due_at", "-id")
    if publication:
        rows = rows.filter(publication=choosing.publication(publication))
    if not all_:
        rows = rows.filter(state__in=OPEN)
    found = list(rows[:limit])
    if json:
        output.data([shapes.edition(edition) for edition in found])
        return
    output.table(
        ["edition", "publication", "due", "state", "stories", "why"],
        [[e.pk, e.publication.slug, times.local(e.due_at, e.publication), e.state, e.placements.count(), e.reason] for e in found],
    )


@app.command()
def show(edition: EditionId, json: Json = False) -> None:
    """Show one edition: its stories, what preflight found, and where it stands."""
    _show(choosing.edition(edition), json=json)


@app.command()
def plan(
    publication: Publication = "",
    at: Annotated[
        str,
        typer.Option("--at", metavar="MOMENT", help="An extra edition, due then: 2026-12-01T06:00, or now.", show_default=False),
    ] = "",
    subject: Annotated[str, typer.Option("--subject", help="Subject of the extra edition.", show_default=False)] = "",
    json: Json = False,
) -> None:
    """Make sure that the next edition exists, or plan an extra one.

    The next edition of a publication is planned by itself while the workers run.
    """
    from newsletter.editions import planning

    meant, now = choosing.publication(publication), clock.now()
    if at:
        due = now if at == "now" else times.moment(at, field="--at", zone=meant.time_zone)
        edition = planning.add_extra(meant, due_at=due, now=now, subject=subject)
    else:
        if subject:
            raise BadInput("--subject", "goes with --at.", "The next edition takes its first headline.")
        planned = planning.plan(meant, now=now)
        if planned is None:
            raise NotAllowed(f"{meant.name} has no edition ahead: it is not active, or its rule has ended.")
        edition = planned
    _show(edition, json=json)


@app.command()
def assemble(edition: EditionId, json: Json = False) -> None:
    """Take the stories, place the appeal, and freeze the letter. Does nothing the second time."""
    from newsletter.editions import assembly

    choosing.edition(edition)
    made = assembly.assemble(edition, now=clock.now())
    _show(made, json=json)
    if made.state == "planned":
        output.say("It is still planned: there are too few stories in the queue.")
        raise typer.Exit(1)


@app.command()
def approve(
    edition: EditionId,
    hash_: Annotated[
        str, typer.Option("--hash", metavar="HASH", help="The content hash of the letter you looked at.", show_default=False)
    ] = "",
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Let an assembled letter leave when it is due.

    Approval is for one letter, named by its content hash. Without --hash it is shown and you are asked.
    """
    from newsletter.accounts.roles import Step
    from newsletter.editions import approval

    meant = choosing.edition(edition)
    person = choosing.person(by, Step.APPROVE)
    if not meant.content_hash:
        raise NotAllowed(f"Edition {meant.pk} is {meant.state}: there is no letter to approve yet.")
    if not hash_:
        _talk(meant)
        question = f"Approve the letter {meant.content_hash[:12]}… of edition {meant.pk}?"
        if not output.agreed(question, yes=yes, instead=f"Give --hash {meant.content_hash}, or --yes."):
            raise NotAllowed("Nothing was approved.")
    approved = approval.approve(meant, content_hash=hash_ or meant.content_hash, by=person, now=clock.now())
    _show(approved, json=json)


@app.command()
def send(edition: EditionId, yes: Yes = False, json: Json = False) -> None:
    """Make it due now. It leaves within seconds, as soon as it is approved and workers run."""
    from newsletter.audience.counting import count
    from newsletter.editions import approval

    meant = choosing.edition(edition)
    _talk(meant)
    readers = count(meant.publication).active
    if not output.agreed(f"Send it now to {readers} readers?", yes=yes, instead="Give --yes."):
        raise NotAllowed("Nothing was changed.")
    sent = approval.send_now(meant, now=clock.now())
    output.say(
        f"Edition {sent.pk} is due now and leaves at the next tick of the workers."
        if sent.state == "approved"
        else f"Edition {sent.pk} is due now; it leaves once it is assembled and approved."
    )
    _show(sent, json=json)


@app.command()
def hold(edition: EditionId, reason: Reason, json: Json = False) -> None:
    """Keep it from leaving until it is released."""
    from newsletter.editions import approval

    _show(approval.hold(choosing.edition(edition), reason=reason, now=clock.now()), json=json)


@app.command()
def release(edition: EditionId, json: Json = False) -> None:
    """Take a held edition up again: it is assembled and needs approval anew."""
    from newsletter.editions import approval

    _show(approval.release(choosing.edition(edition), now=clock.now()), json=json)


@app.command()
def cancel(edition: EditionId, reason: Reason, json: Json = False) -> None:
    """It will not leave; its stories go back to the front of the queue."""
    from newsletter.editions import approval

    _show(approval.cancel(choosing.edition(edition), reason=reason, now=clock.now()), json=json)


@app.command()
def reschedule(
    edition: EditionId,
    at: Annotated[str, typer.Option("--at", metavar="MOMENT", help="When it is to leave: 2026-12-01T06:00.")],
    json: Json = False,
) -> None:
    """Give it another due time."""
    from newsletter.editions import approval

    meant, now = choosing.edition(edition), clock.now()
    due = times.moment(at, field="--at", zone=meant.publication.time_zone)
    _show(approval.reschedule(meant, due_at=due, now=now), json=json)


def _show(edition: Edition, *, json: bool) -> None:
    shape = shapes.edition(choosing.edition(edition.pk))
    if json:
        output.data(shape)
        return
    output.facts(
        [
            ("edition", f"{shape['id']} of {shape['publication']}"),
            ("state", shape["state"]),
            ("why", shape["reason"]),
            ("due", times.local(edition.due_at, edition.publication)),
            ("subject", shape["subject"]),
            ("stories", "\n".join(f"{s['position']}. {s['headline']}" for s in shape["stories"])),
            ("preflight", "\n".join(f"{f['severity']}: {f['code']}. {f['mend']}" for f in shape["findings"])),
            ("content hash", shape["content_hash"]),
            ("approved by", shape["approved_by"] or ("the publication’s policy" if shape["approved_at"] else "")),
        ]
    )


def _talk(edition: Edition) -> None:
    """What a person must know before they say yes, on stderr."""
    output.say(f"Edition {edition.pk} of {edition.publication.name}: {edition.state}.")
    if letter := edition.letters.first():
        output.say(f"Subject: {letter.subject}")
        for finding in letter.findings:
            output.say(f"Preflight, {finding['severity']}: {finding['code']}. {finding['mend']}")
    output.say(f"Due {times.local(edition.due_at, edition.publication)}.")
