"""newsletter dispatches: how far a sending is, and a person's word on it. Named by the edition's number."""

from __future__ import annotations  # models are imported inside, once Django is set up

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.support import json_shapes, lookups, output
from newsletter.cli.support.options import By, EditionId, Json, Reason, Yes
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState

if TYPE_CHECKING:
    from newsletter.accounts.models import User
    from newsletter.delivery.models import Dispatch

app = Commands(help="Dispatches: see how far a sending is; pause, resume, stop and settle it.")


class Resolution(StrEnum):
    """What a person can say about an uncertain batch."""

    COUNT_AS_ACCEPTED = "count-as-accepted"
    SEND_AGAIN = "send-again"


@app.command()
def show(edition: EditionId, json: Json = False) -> None:
    """Show how far the dispatch of an edition is, and which batches are uncertain."""
    _show(lookups.dispatch(edition), json=json)


@app.command()
def settle(
    *,
    edition: EditionId,
    word: Annotated[
        Resolution, typer.Argument(help="What to make of readers of whom nobody knows whether they got it.")
    ],
    batch: Annotated[
        int | None,
        typer.Option(
            "--batch", metavar="NUMBER", help="This batch only; otherwise all that are uncertain.", show_default=False
        ),
    ] = None,
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Settle batches of which the provider never said whether it took them.

    Look for evidence in the provider's own log first. count-as-accepted: these readers may have
    got nothing. send-again: these readers may get two.
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.delivery.dispatches import settle_batch
    from newsletter.delivery.models import BatchState

    dispatch = lookups.dispatch(edition)
    person = lookups.person(by, Permission.OPERATE)
    found = dispatch.batches.filter(state=BatchState.UNCERTAIN).order_by("number")
    meant = list(found if batch is None else found.filter(number=batch))
    if not meant:
        raise InvalidState(f"Edition {edition} has no uncertain batch{'' if batch is None else f' {batch}'}.")
    readers = sum(each.submitted for each in meant)
    risk = "may get two" if word is Resolution.SEND_AGAIN else "may have got none"
    question = f"{word}, {len(meant)} of its batches: up to {readers} readers {risk}. Do it?"
    if not output.confirm(question, yes=yes, hint="Give --yes."):
        raise InvalidState("Nothing was settled.")
    act = settle_batch.send_again if word is Resolution.SEND_AGAIN else settle_batch.count_as_accepted
    for each in meant:
        act(each, by=person, now=clock.now())
    _show(lookups.dispatch(edition), json=json)


@app.command()
def retry(
    edition: EditionId,
    batch: Annotated[int, typer.Option("--batch", metavar="NUMBER", help="The refused batch.", show_default=False)],
    by: By = "",
    json: Json = False,
) -> None:
    """Offer one refused batch to the provider again; `resume` does so with all of them."""
    from newsletter.delivery.dispatches import control_dispatch

    dispatch = lookups.dispatch(edition)
    meant = dispatch.batches.filter(number=batch).first()
    if meant is None:
        raise InvalidState(f"Edition {edition} has no batch {batch}.")
    control_dispatch.retry(meant, by=_person(by))
    _show(lookups.dispatch(edition), json=json)


@app.command()
def missing(
    edition: EditionId,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write here, readable by you alone.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of CSV.")] = False,
) -> None:
    """Print who did not get an edition, as CSV: email, state, reason, batch, since.

    Everybody who was planned and not accepted: left since, refused, uncertain, waiting, or unsent
    because it was stopped. The file holds personal data: keep it no longer than you need it.
    """
    from newsletter.delivery.ledger import missing_readers as missed

    found = missed.missing_readers(lookups.dispatch(edition))
    output.write_lines((output.json_line(one._asdict()) for one in found) if json else missed.lines(found), out=out)


@app.command("leave-out")
def leave_out(edition: EditionId, by: By = "", yes: Yes = False, json: Json = False) -> None:
    """Accept that readers who were refused for an address of their own do not get this edition."""
    from newsletter.accounts.permissions import Permission
    from newsletter.delivery.dispatches import control_dispatch, split_batch

    dispatch = lookups.dispatch(edition)
    person = lookups.person(by, Permission.OPERATE)
    count = split_batch.count_single_refusals(dispatch).count()
    question = f"{count} readers who were refused will not get edition {edition}. Leave them out?"
    if count and not output.confirm(question, yes=yes, hint="Give --yes."):
        raise InvalidState("Nobody was left out.")
    control_dispatch.leave_out_refused(dispatch, by=person, now=clock.now())
    _show(lookups.dispatch(edition), json=json)


@app.command()
def pause(edition: EditionId, reason: Reason, by: By = "", json: Json = False) -> None:
    """Send nothing more until it is resumed; a call already begun is finished."""
    from newsletter.delivery.dispatches import control_dispatch

    _show(control_dispatch.pause(lookups.dispatch(edition), reason=reason, by=_person(by)), json=json)


@app.command()
def resume(edition: EditionId, by: By = "", json: Json = False) -> None:
    """Go on; batches that were refused are offered again."""
    from newsletter.delivery.dispatches import control_dispatch

    _show(control_dispatch.resume(lookups.dispatch(edition), by=_person(by)), json=json)


@app.command()
def stop(edition: EditionId, reason: Reason, by: By = "", yes: Yes = False, json: Json = False) -> None:
    """End it for good: readers who wait do not get this edition."""
    from newsletter.delivery.dispatches import control_dispatch
    from newsletter.delivery.ledger.progress import progress
    from newsletter.delivery.scheduled import scheduled_sends

    dispatch = lookups.dispatch(edition)
    waiting = progress(dispatch).waiting
    question = f"Stop it for good? {waiting} readers who wait will not get edition {edition}."
    if early := scheduled_sends.scheduled_send_status(dispatch, now=clock.now()):
        then = "are cancelled at the provider." if early.stoppable_until else "cannot be called back any more."
        question += f" {early.submitted} who are submitted ahead {then}"
    if not output.confirm(question, yes=yes, hint="Give --yes."):
        raise InvalidState("Nothing was stopped.")
    _show(control_dispatch.stop(dispatch, reason=reason, by=_person(by), now=clock.now()), json=json)


def _person(by: str) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.OPERATE)


def _show(dispatch: Dispatch, *, json: bool) -> None:
    shape = json_shapes.dispatch(dispatch)
    if json:
        output.print_json(shape)
        return
    progress = shape["progress"]
    output.print_fields(
        [
            ("edition", f"{shape['edition']} of {shape['publication']}"),
            ("phase", progress["phase"]),
            ("why", shape["reason"]),
            ("waits", "\n".join(shape["waits"]["sentences"]) if shape["waits"] else ""),
            ("candidates", progress["candidates"]),
            ("left out", ", ".join(f"{count} {reason}" for reason, count in progress["left_out"].items())),
            ("planned", progress["planned"]),
            ("accepted", progress["accepted"]),
            ("refused", progress["refused"] or None),
            ("uncertain", progress["uncertain"] or None),
            ("waiting", progress["waiting"] or None),
            ("left after planning", progress["left_since"] or None),
            ("adds up", progress["adds_up"]),
            ("uncertain batches", "\n".join(f"{b['batch']}: {b['readers']} readers" for b in shape["uncertain"])),
            ("refused batches", "\n".join(f"{b['batch']}: {b['readers']} readers" for b in shape["refused"])),
        ]
    )
