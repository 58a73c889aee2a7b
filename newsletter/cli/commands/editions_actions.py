"""newsletter editions approve, send, hold, release, cancel, reschedule."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.commands.editions import app, print_edition
from newsletter.cli.support import datetimes, lookups, output
from newsletter.cli.support.options import By, EditionId, Json, Reason, Yes
from newsletter.cli.support.pause_note import pause_note
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.accounts.models import User
    from newsletter.editions.models import Edition


@app.command()
def submit(edition: EditionId, by: By = "", json: Json = False) -> None:
    """Submit an assembled edition for review, where the publication asks for approval by two people.

    Another person approves it then. A rebuilt email has to be submitted again.

    Example: newsletter editions submit 12 --by cora@example.org
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.letters import second_person

    found = lookups.edition(edition)
    person = lookups.person(by, Permission.CURATE, publication=found.publication_id)
    submitted = second_person.submit_for_review(found, content_hash=found.content_hash, by=person, now=clock.now())
    print_edition(submitted, json=json)


@app.command()
def approve(
    edition: EditionId,
    hash_: Annotated[
        str,
        typer.Option("--hash", metavar="HASH", help="Content hash of the email you reviewed.", show_default=False),
    ] = "",
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Approve an assembled edition, so that it is sent at its due time.

    The approval is for one version of the email, named by its content hash. Without --hash, the command shows a
    summary and asks you to confirm.

    Example: newsletter editions approve 12
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.letters import edition_decisions

    found = lookups.edition(edition)
    person = lookups.person(by, Permission.APPROVE, publication=found.publication_id)
    if not found.content_hash:
        raise InvalidState(f"Edition {found.pk} is {found.state}: there is no email to approve yet.")
    if not hash_:
        _print_summary(found)
        question = f"Approve email {found.content_hash[:12]}… of edition {found.pk}?"
        if not output.confirm(question, yes=yes, hint=f"Give --hash {found.content_hash}, or --yes."):
            raise InvalidState("Not approved.")
    approved = edition_decisions.approve(found, content_hash=hash_ or found.content_hash, by=person, now=clock.now())
    print_edition(approved, json=json)


@app.command()
def send(edition: EditionId, by: By = "", yes: Yes = False, json: Json = False) -> None:
    """Send an edition now.

    Sets the due time to now. Sending starts within seconds if the edition is approved and the workers are running;
    otherwise as soon as it is approved. An email built for another day is rebuilt with today's date and must be
    approved again.
    """
    from newsletter.delivery.ledger import installation
    from newsletter.letters import edition_decisions

    found = lookups.edition(edition)
    _print_summary(found)
    now = clock.now()
    _warn_about_approval(found, due_at=now, now=now)
    readers = _readers_of(found)
    if not output.confirm(f"Send edition {found.pk} to {readers} readers now?", yes=yes, hint="Give --yes."):
        raise InvalidState("Nothing changed.")
    installation.require_current()
    sent = edition_decisions.send_now(found, by=_sender(by, found), now=clock.now(), approve_later=True)
    waits = pause_note(sent, now=clock.now())
    output.print_note(
        f"Edition {sent.pk} is due now. {waits}"
        if waits
        else f"Edition {sent.pk} is due now. The workers start sending it within seconds."
        if sent.state == "approved"
        else f"Edition {sent.pk} is due now. Sending starts as soon as it is assembled and approved."
    )
    print_edition(sent, json=json)


@app.command()
def hold(edition: EditionId, reason: Reason, by: By = "", json: Json = False) -> None:
    """Hold an edition: it is not sent until you release it."""
    from newsletter.letters import edition_decisions

    found = lookups.edition(edition)
    changed = edition_decisions.hold(found, reason=reason, by=_approver(by, found), now=clock.now())
    print_edition(changed, json=json)


@app.command()
def release(edition: EditionId, by: By = "", json: Json = False) -> None:
    """Release a held edition. The email is rebuilt and must be approved by a person."""
    from newsletter.letters import edition_decisions

    found = lookups.edition(edition)
    print_edition(edition_decisions.release(found, by=_approver(by, found), now=clock.now()), json=json)


@app.command()
def cancel(edition: EditionId, reason: Reason, by: By = "", json: Json = False) -> None:
    """Cancel an edition. Its stories return to the front of the queue."""
    from newsletter.letters import edition_decisions

    found = lookups.edition(edition)
    changed = edition_decisions.cancel(found, reason=reason, by=_approver(by, found), now=clock.now())
    print_edition(changed, json=json)


@app.command()
def reschedule(
    edition: EditionId,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="New due time: 2026-12-01T06:00.")],
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Change the due time of an edition.

    If the email differs at the new time, for example in its date, it must be approved again. The command asks you
    first.
    """
    from newsletter.letters import edition_decisions

    found, now = lookups.edition(edition), clock.now()
    due = datetimes.parse_datetime(at, field="--at", zone=found.publication.time_zone)
    is_lost = _warn_about_approval(found, due_at=due, now=now)
    if is_lost and not output.confirm("Change the time?", yes=yes, hint="Give --yes."):
        raise InvalidState("Nothing changed.")
    changed = edition_decisions.reschedule(found, due_at=due, by=_sender(by, found), now=now, approve_later=True)
    print_edition(changed, json=json)


def _warn_about_approval(edition: Edition, *, due_at: datetime, now: datetime) -> bool:
    """Print a note and return True if `edition` would lose its approval at the new due time."""
    from newsletter.editions.models import EditionState
    from newsletter.letters import compose_letters, edition_decisions

    if edition.state != EditionState.APPROVED:
        return False
    composed = compose_letters.compose_for(edition, due_at=due_at, now=now)
    if composed is None or edition_decisions.is_approved_automatically(edition, composed.letters):
        return False
    output.print_note(
        "At that time the email differs from the approved one, for example in its date. It must be approved again:"
    )
    output.print_note(f"newsletter editions approve {edition.pk}")
    return True


def _approver(by: str, edition: Edition) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.APPROVE, publication=edition.publication_id)


def _sender(by: str, edition: Edition) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.SEND, publication=edition.publication_id)


def _print_summary(edition: Edition) -> None:
    """Print to stderr what a person must know before confirming."""
    from newsletter.delivery.dispatches.delay_reasons import expected_delays

    output.print_note(f"Edition {edition.pk} of {edition.publication.name}: {edition.state}.")
    if letter := edition.letters.first():
        output.print_note(f"Subject: {letter.subject}")
        for finding in edition.findings:
            output.print_note(f"Preflight, {finding['severity']}: {finding['code']}. {finding['hint']}")
    output.print_note(f"Due {datetimes.format_due(edition)}.")
    readers, now = _readers_of(edition), clock.now()
    for sentence in expected_delays(edition.publication, readers=readers, due_at=edition.due_at, now=now):
        output.print_note(sentence)
    if waits := pause_note(edition, now=now):
        output.print_note(waits)


def _readers_of(edition: Edition) -> int:
    """Count exactly how many readers would get the edition now."""
    from newsletter.audience.subscriber_counts import count_subscribers
    from newsletter.letters import edition_audience

    audience = edition_audience.current_audience(edition)
    count = edition_audience.count_readers(edition, audience, now=clock.now(), exact=True)
    return count.matching if count else count_subscribers(edition.publication).active
