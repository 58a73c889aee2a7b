"""newsletter readers find, show and proof: who is stored, and what about one person."""

from __future__ import annotations  # the shapes below are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.commands.readers import app
from newsletter.cli.support import output
from newsletter.cli.support.address_argument import Address, read_address
from newsletter.cli.support.options import Json

if TYPE_CHECKING:
    from newsletter.audience.consent_proof import ConsentProofEvent

LISTS = ("subscriptions", "consent_events", "editions", "gifts")
# of the tables for people; --json and `readers proof` have them
HIDDEN_COLUMNS = {"name", "recorded_at", "purpose", "network", "wording", "wording_hash", "wording_version"}


@app.command()
def find(
    beginning: Annotated[
        str, typer.Argument(metavar="TEXT", help="Beginning of the address, at least two characters; or - for stdin.")
    ],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Show at most this many.")] = 50,
    json: Json = False,
) -> None:
    """Find readers by the beginning of their address.

    Exits with status 1 when nobody is found.

    Example: newsletter readers find rita@
    """
    from newsletter.audience import find_readers

    found = find_readers.find_readers(read_address(beginning), limit=limit + 1)
    found, more = found[:limit], len(found) > limit
    if json:
        output.print_json([reader._asdict() for reader in found])
    else:
        rows = [
            (one.id, one.email, one.first_name, ", ".join(f"{slug}: {status}" for slug, status in one.statuses.items()))
            for one in found
        ]
        output.print_table(["reader", "address", "first name", "subscriptions"], rows)
    if more:
        output.print_note(f"There are more than {limit}. Type more of the address, or give a higher --limit.")
    if not found:
        raise typer.Exit(1)


@app.command()
def show(address: Address, json: Json = False) -> None:
    """Show what is stored about a reader: subscriptions, consent, recent editions, gifts, suppression.

    Times are UTC. Exits with status 1 when nobody has the address.

    Example: newsletter readers show rita@example.org
    """
    from newsletter.audience.models import Subscriber
    from newsletter.insights import reader_record
    from newsletter.mail.email_address import normalise_email

    subscriber = Subscriber.objects.filter(email=normalise_email(read_address(address))).first()
    if subscriber is None:
        output.print_note(
            "Nobody with this address is stored. `newsletter readers proof` says whether it is suppressed."
        )
        raise typer.Exit(1)
    found = reader_record.reader_record(subscriber)
    if json:
        lists = {name: [row._asdict() for row in getattr(found, name)] for name in LISTS}
        output.print_json(found._asdict() | lists)
        return
    output.print_fields(
        [
            ("reader", found.id),
            ("address", found.email),
            ("first name", found.first_name),
            ("appeals", "chose emails without them" if found.no_appeals else ""),
            ("time zone", found.time_zone),
            ("stored since", found.created_at),
            ("suppressed", found.suppressed_because),
            ("suppressed at", found.suppressed_at),
            ("detail", found.suppression_detail),
            ("editions deleted until", found.editions_deleted_until),
        ]
    )
    for name in LISTS:
        if rows := getattr(found, name):
            columns = [column for column in rows[0]._fields if column not in HIDDEN_COLUMNS]
            output.print_text(f"\n{name.replace('_', ' ')}")
            output.print_table(
                [column.replace("_", " ") for column in columns],
                [[getattr(row, column) for column in columns] for row in rows],
            )


@app.command()
def proof(address: Address, json: Json = False) -> None:
    """Print the evidence of a person's consent: who, what for, which text, how and when.

    Times are UTC. Exits with status 1 when there is neither a consent event nor a suppression.

    Example: newsletter readers proof rita@example.org
    """
    from newsletter.audience import consent_proof

    found = consent_proof.proof_of(read_address(address))
    if json:
        output.print_json(found._asdict() | {"events": [event._asdict() for event in found.events]})
    else:
        output.print_fields(
            [
                ("address", found.address),
                ("stored", "yes" if found.is_known else "no"),
                ("consent events", len(found.events)),
                ("suppressed", found.suppressed_because),
                ("suppressed at", found.suppressed_at),
                ("detail", found.suppression_detail),
            ]
        )
        for event in found.events:
            output.print_text("")
            output.print_fields(_event_fields(event))
    if not (found.events or found.suppressed_because):
        raise typer.Exit(1)


def _event_fields(event: ConsentProofEvent) -> list[tuple[str, object]]:
    return [
        ("at", event.at),
        ("recorded at", event.recorded_at),
        ("publication", event.publication),
        ("purpose", event.purpose),
        ("event", event.act),
        ("method", event.method),
        ("basis", event.basis),
        ("form or source", event.form),
        ("by", event.actor),
        ("network", event.network),
        ("wording version", event.wording_version),
        ("SHA-256 of the wording", event.wording_hash),
        ("wording", event.wording),
    ]
