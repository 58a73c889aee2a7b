"""newsletter readers proof: what is stored about one person."""

from __future__ import annotations  # the shapes below are imported inside, once Django is set up

from typing import TYPE_CHECKING

import typer

from newsletter.cli.commands.readers import app
from newsletter.cli.support import output
from newsletter.cli.support.address_argument import Address, read_address
from newsletter.cli.support.options import Json

if TYPE_CHECKING:
    from newsletter.audience.consent_proof import ConsentProofEvent


@app.command()
def proof(address: Address, json: Json = False) -> None:
    """Print the evidence of a person's consent: who, what for, which text, how and when.

    Times are UTC. Exits with status 1 when nothing is stored about the address.

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
