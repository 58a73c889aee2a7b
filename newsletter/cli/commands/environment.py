"""newsletter environment: which house this database belongs to, and a person's word on it."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import Annotated

import typer

from newsletter.cli.support import lookups, output
from newsletter.cli.support.options import By, Json, Yes
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState

app = Commands(help="Environment: which house this database is. A copied or restored one sends nothing until told.")


@app.command()
def show(json: Json = False) -> None:
    """Show which environment the database is, and whether it may send from here."""
    _show(json=json)


@app.command()
def confirm(
    name: Annotated[
        str,
        typer.Option(
            "--name",
            metavar="NAME",
            help="What it is now, such as staging; the setting ENVIRONMENT if left out.",
            show_default=False,
        ),
    ] = "",
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Say what a copied, restored or moved database is now, so that it may send again.

    Dispatches under way are paused and editions that have not begun are held: the copy may be older than what
    readers have received. Look at each before you resume or release it.
    """
    from django.conf import settings

    from newsletter.accounts.permissions import Permission
    from newsletter.delivery.dispatches import confirm_installation

    person = lookups.person(by, Permission.OPERATE)
    name = name.strip() or settings.ENVIRONMENT
    question = "May it send from here? What is under way is paused, editions that have not begun are held."
    if not output.confirm(question, yes=yes, hint="Give --yes."):
        raise InvalidState("Nothing was confirmed.")
    kept = confirm_installation.confirm(name=name, by=person, now=clock.now())
    output.print_note(f"{kept.paused} dispatches are paused, {kept.held} editions are held.")
    _show(json=json)


def _show(*, json: bool) -> None:
    from newsletter.delivery.ledger import installation
    from newsletter.delivery.models import Installation

    seen = installation.check(fresh=True)
    stamp = Installation.objects.get(pk=1)
    shape = {
        "environment": stamp.environment,
        "installation_id": stamp.installation_id,
        "may_send": not seen.difference,
        "difference": seen.difference,
        "confirmed_at": stamp.confirmed_at,
        "confirmed_by": stamp.confirmed_by,
    }
    if json:
        output.print_json(shape)
        return
    output.print_fields(
        [
            ("environment", stamp.environment),
            ("id", stamp.installation_id),
            ("may send", "no" if seen.difference else "yes"),
            ("why", seen.difference),
            ("confirmed", stamp.confirmed_at),
            ("by", stamp.confirmed_by),
        ]
    )
