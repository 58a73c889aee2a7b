"""newsletter editions approve, send, hold, release, cancel, reschedule: a person's word on an edition."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.commands.editions import app, print_edition
from newsletter.cli.support import datetimes, lookups, output
from newsletter.cli.support.options import By, EditionId, Json, Reason, Yes
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.accounts.models import User
    from newsletter.editions.models import Edition


@app.command()
def approve(
    edition: EditionId,
    hash_: Annotated[
        str,
        typer.Option(
            "--hash", metavar="HASH", help="The content hash of the letter you looked at.", show_default=False
        ),
    ] = "",
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Let an assembled letter leave when it is due.

    Approval is for one letter, named by its content hash. Without --hash it is shown and you are asked.
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.letters import approval

    meant = lookups.edition(edition)
    person = lookups.person(by, Permission.APPROVE)
    if not meant.content_hash:
        raise InvalidState(f"Edition {meant.pk} is {meant.state}: there is no letter to approve yet.")
    if not hash_:
        _talk(meant)
        question = f"Approve the letter {meant.content_hash[:12]}… of edition {meant.pk}?"
        if not output.confirm(question, yes=yes, hint=f"Give --hash {meant.content_hash}, or --yes."):
            raise InvalidState("Nothing was approved.")
    approved = approval.approve(meant, content_hash=hash_ or meant.content_hash, by=person, now=clock.now())
    print_edition(approved, json=json)


@app.command()
def send(edition: EditionId, by: By = "", yes: Yes = False, json: Json = False) -> None:
    """Make it due now. It leaves within seconds, as soon as it is approved and workers run.

    A letter of another day is made anew with the date of today, and needs approval anew.
    """
    from newsletter.audience.subscriber_counts import count_subscribers
    from newsletter.delivery.ledger import installation
    from newsletter.letters import approval

    meant = lookups.edition(edition)
    _talk(meant)
    now = clock.now()
    _foretell_approval(meant, due_at=now, now=now)
    readers = count_subscribers(meant.publication).active
    if not output.confirm(f"Send it now to {readers} readers?", yes=yes, hint="Give --yes."):
        raise InvalidState("Nothing was changed.")
    installation.require_current()
    sent = approval.send_now(meant, by=_person(by), now=clock.now(), approve_later=True)
    output.print_note(
        f"Edition {sent.pk} is due now and leaves at the next tick of the workers."
        if sent.state == "approved"
        else f"Edition {sent.pk} is due now; it leaves once it is assembled and approved."
    )
    print_edition(sent, json=json)


@app.command()
def hold(edition: EditionId, reason: Reason, by: By = "", json: Json = False) -> None:
    """Keep it from leaving until it is released."""
    from newsletter.letters import approval

    made = approval.hold(lookups.edition(edition), reason=reason, by=_person(by), now=clock.now())
    print_edition(made, json=json)


@app.command()
def release(edition: EditionId, by: By = "", json: Json = False) -> None:
    """Take a held edition up again: it is assembled anew and needs a person's approval."""
    from newsletter.letters import approval

    print_edition(approval.release(lookups.edition(edition), by=_person(by), now=clock.now()), json=json)


@app.command()
def cancel(edition: EditionId, reason: Reason, by: By = "", json: Json = False) -> None:
    """It will not leave; its stories go back to the front of the queue."""
    from newsletter.letters import approval

    made = approval.cancel(lookups.edition(edition), reason=reason, by=_person(by), now=clock.now())
    print_edition(made, json=json)


@app.command()
def reschedule(
    edition: EditionId,
    at: Annotated[str, typer.Option("--at", metavar="MOMENT", help="When it is to leave: 2026-12-01T06:00.")],
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Give it another due time.

    An email that differs then, for example in its date, needs approval anew; you are asked first.
    """
    from newsletter.letters import approval

    meant, now = lookups.edition(edition), clock.now()
    due = datetimes.parse_datetime(at, field="--at", zone=meant.publication.time_zone)
    asks = _foretell_approval(meant, due_at=due, now=now)
    if asks and not output.confirm("Change the time?", yes=yes, hint="Give --yes."):
        raise InvalidState("Nothing was changed.")
    changed = approval.reschedule(meant, due_at=due, by=_person(by), now=now, approve_later=True)
    print_edition(changed, json=json)


def _foretell_approval(edition: Edition, *, due_at: datetime, now: datetime) -> bool:
    """Say so when the approval that `edition` has would be lost at that time: true when it would."""
    from newsletter.editions.models import State
    from newsletter.letters import compose_letters

    is_lost = edition.state == State.APPROVED and not edition.auto_approve
    if not is_lost or compose_letters.compose_for(edition, due_at=due_at, now=now) is None:
        return False
    output.print_note(
        "At that time its email differs from the approved one, for example in its date. It needs approval anew:"
    )
    output.print_note(f"newsletter editions approve {edition.pk}")
    return True


def _person(by: str) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.APPROVE)


def _talk(edition: Edition) -> None:
    """What a person must know before they say yes, on stderr."""
    from newsletter.audience import subscriber_counts
    from newsletter.delivery.dispatches.delay_reasons import expected_delays

    output.print_note(f"Edition {edition.pk} of {edition.publication.name}: {edition.state}.")
    if letter := edition.letters.first():
        output.print_note(f"Subject: {letter.subject}")
        for finding in edition.findings:
            output.print_note(f"Preflight, {finding['severity']}: {finding['code']}. {finding['hint']}")
    output.print_note(f"Due {datetimes.format_due(edition)}.")
    readers = subscriber_counts.count_subscribers(edition.publication).active
    for sentence in expected_delays(edition.publication, readers=readers, due_at=edition.due_at, now=clock.now()):
        output.print_note(sentence)
