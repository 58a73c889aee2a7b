"""newsletter dispatches: progress of sending, and control over it. A dispatch is named by its edition's number."""

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

app = Commands(help="Follow and control the sending of editions.")


class Resolution(StrEnum):
    """How to settle an uncertain batch."""

    COUNT_AS_ACCEPTED = "count-as-accepted"
    SEND_AGAIN = "send-again"


@app.command()
def show(edition: EditionId, json: Json = False) -> None:
    """Show the progress of a dispatch, and its uncertain and refused batches."""
    _show(lookups.dispatch(edition), json=json)


@app.command()
def settle(
    *,
    edition: EditionId,
    resolution: Annotated[Resolution, typer.Argument(metavar="RESOLUTION", help="count-as-accepted or send-again.")],
    batch: Annotated[
        int | None,
        typer.Option(
            "--batch", metavar="NUMBER", help="Only this batch; otherwise all uncertain batches.", show_default=False
        ),
    ] = None,
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Settle uncertain batches: the provider never confirmed them.

    Check the provider's activity log first.

    count-as-accepted: some of these readers may not receive the email.

    send-again: some of these readers may receive the email twice.

    Example: newsletter dispatches settle 12 send-again --batch 3
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.delivery.dispatches import settle_batch
    from newsletter.delivery.states import BatchState

    dispatch = lookups.dispatch(edition)
    person = lookups.person(by, Permission.OPERATE, publication=dispatch.edition.publication_id)
    uncertain = dispatch.batches.filter(state=BatchState.UNCERTAIN).order_by("number")
    chosen = list(uncertain if batch is None else uncertain.filter(number=batch))
    if not chosen:
        raise InvalidState(f"Edition {edition} has no uncertain batch{'' if batch is None else f' {batch}'}.")
    readers = sum(each.submitted for each in chosen)
    risk = "may receive it twice" if resolution is Resolution.SEND_AGAIN else "may not receive it"
    question = f"{resolution}: {len(chosen)} batches; up to {readers} readers {risk}. Continue?"
    if not output.confirm(question, yes=yes, hint="Give --yes."):
        raise InvalidState("Nothing was settled.")
    act = settle_batch.send_again if resolution is Resolution.SEND_AGAIN else settle_batch.count_as_accepted
    for each in chosen:
        act(each, by=person, now=clock.now())
    _show(lookups.dispatch(edition), json=json)


@app.command()
def retry(
    edition: EditionId,
    batch: Annotated[
        int, typer.Option("--batch", metavar="NUMBER", help="Number of the refused batch.", show_default=False)
    ],
    by: By = "",
    json: Json = False,
) -> None:
    """Retry one refused batch. `dispatches resume` retries all of them."""
    from newsletter.delivery.dispatches import control_dispatch

    dispatch = lookups.dispatch(edition)
    refused = dispatch.batches.filter(number=batch).first()
    if refused is None:
        raise InvalidState(f"Edition {edition} has no batch {batch}.")
    control_dispatch.retry(refused, by=_person(by, dispatch))
    _show(lookups.dispatch(edition), json=json)


@app.command()
def missing(
    edition: EditionId,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="Write to this file, readable only by you.", show_default=False
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line instead of CSV.")] = False,
) -> None:
    """Export readers who did not receive an edition, as CSV.

    Columns: email, state, reason, batch, since. Lists every planned reader who is not accepted: unsubscribed since,
    refused, uncertain, waiting, or unsent because the dispatch was stopped. The file contains personal data: delete
    it when you no longer need it.

    Example: newsletter dispatches missing 12 --out missing.csv
    """
    from newsletter.delivery.ledger import missing_readers

    dispatch = lookups.dispatch(edition)
    if dispatch.final_at:
        day = f"{dispatch.final_at:%Y-%m-%d}"
        raise InvalidState(f"The batches of edition {edition} were deleted on {day}. Only the numbers are left.")
    found = missing_readers.missing_readers(dispatch)
    output.write_lines(
        (output.json_line(row._asdict()) for row in found) if json else missing_readers.lines(found), out=out
    )


@app.command("leave-out")
def leave_out(edition: EditionId, by: By = "", yes: Yes = False, json: Json = False) -> None:
    """Leave out readers whose own address was refused. They do not receive this edition."""
    from newsletter.accounts.permissions import Permission
    from newsletter.delivery.dispatches import control_dispatch, split_batch

    dispatch = lookups.dispatch(edition)
    person = lookups.person(by, Permission.OPERATE, publication=dispatch.edition.publication_id)
    count = split_batch.count_single_refusals(dispatch).count()
    question = f"{count} refused readers will not receive edition {edition}. Leave them out?"
    if count and not output.confirm(question, yes=yes, hint="Give --yes."):
        raise InvalidState("Nobody was left out.")
    control_dispatch.leave_out_refused(dispatch, by=person, now=clock.now())
    _show(lookups.dispatch(edition), json=json)


@app.command()
def pause(edition: EditionId, reason: Reason, by: By = "", json: Json = False) -> None:
    """Pause sending until you resume it. Batches already being sent are completed."""
    from newsletter.delivery.dispatches import control_dispatch

    dispatch = lookups.dispatch(edition)
    _show(control_dispatch.pause(dispatch, reason=reason, by=_person(by, dispatch)), json=json)


@app.command()
def resume(edition: EditionId, by: By = "", json: Json = False) -> None:
    """Resume sending, and retry refused batches."""
    from newsletter.delivery.dispatches import control_dispatch

    dispatch = lookups.dispatch(edition)
    _show(control_dispatch.resume(dispatch, by=_person(by, dispatch)), json=json)


@app.command()
def stop(edition: EditionId, reason: Reason, by: By = "", yes: Yes = False, json: Json = False) -> None:
    """Stop sending permanently. Waiting readers do not receive this edition."""
    from newsletter.delivery.dispatches import control_dispatch
    from newsletter.delivery.ledger.progress import progress
    from newsletter.delivery.scheduled import scheduled_sends

    dispatch = lookups.dispatch(edition)
    waiting = progress(dispatch).waiting
    question = f"Stop permanently? {waiting} waiting readers will not receive edition {edition}."
    if early := scheduled_sends.scheduled_send_status(dispatch, now=clock.now()):
        effect = "will be cancelled." if early.stoppable_until else "can no longer be cancelled."
        question += f" Emails to {early.submitted} readers, scheduled at the provider, {effect}"
    if not output.confirm(question, yes=yes, hint="Give --yes."):
        raise InvalidState("Nothing was stopped.")
    _show(control_dispatch.stop(dispatch, reason=reason, by=_person(by, dispatch), now=clock.now()), json=json)


def _person(by: str, dispatch: Dispatch) -> User | None:
    from newsletter.accounts.permissions import Permission

    publication = dispatch.edition.publication_id
    return lookups.person_if_known(by, Permission.OPERATE, Permission.SEND, publication=publication)


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
            ("reason", shape["reason"]),
            ("delayed", "\n".join(shape["waits"]["sentences"]) if shape["waits"] else ""),
            ("candidates", progress["candidates"]),
            ("left out", ", ".join(f"{count} {reason}" for reason, count in progress["left_out"].items())),
            ("planned", progress["planned"]),
            ("accepted", progress["accepted"]),
            ("refused", progress["refused"] or None),
            ("uncertain", progress["uncertain"] or None),
            ("waiting", progress["waiting"] or None),
            ("unsubscribed since", progress["left_since"] or None),
            ("totals match", progress["adds_up"]),
            ("uncertain batches", "\n".join(f"{b['batch']}: {b['readers']} readers" for b in shape["uncertain"])),
            ("batches deleted", shape["final_at"]),
            ("refused batches", "\n".join(f"{b['batch']}: {b['readers']} readers" for b in shape["refused"])),
        ]
    )
