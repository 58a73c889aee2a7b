"""newsletter environment: which installation this database belongs to, and confirming it."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import Annotated

import typer

from newsletter.cli.support import lookups, output
from newsletter.cli.support.options import By, Json, Yes
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState

app = Commands(help="Show or confirm the environment of this database. A copy sends nothing until confirmed.")


@app.command()
def show(json: Json = False) -> None:
    """Show the environment of the database, and whether it may send from here."""
    _show(json=json)


@app.command()
def confirm(
    name: Annotated[
        str,
        typer.Option(
            "--name",
            metavar="NAME",
            help="Name of the environment, such as staging. Default: the setting ENVIRONMENT.",
            show_default=False,
        ),
    ] = "",
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Confirm the environment of a copied, restored or moved database, so that it may send again.

    Pauses running dispatches and holds editions that have not started, because the copy can be older than what
    readers have received. Review each one before you resume or release it.
    """
    from django.conf import settings

    from newsletter.accounts.permissions import Permission
    from newsletter.delivery.dispatches import confirm_installation

    person = lookups.person(by, Permission.OPERATE)
    name = name.strip() or settings.ENVIRONMENT
    question = "Allow sending from here? Running dispatches are paused, and editions that have not started are held."
    if not output.confirm(question, yes=yes, hint="Give --yes."):
        raise InvalidState("Not confirmed.")
    confirmed = confirm_installation.confirm(name=name, by=person, now=clock.now())
    output.print_note(f"Dispatches paused: {confirmed.paused}. Editions held: {confirmed.held}.")
    _show(json=json)


def _show(*, json: bool) -> None:
    from newsletter.delivery.ledger import installation
    from newsletter.delivery.models import Installation

    current = installation.check(fresh=True)
    stamp = Installation.objects.get(pk=1)
    shape = {
        "environment": stamp.environment,
        "installation_id": stamp.installation_id,
        "may_send": not current.difference,
        "difference": current.difference,
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
            ("may send", "no" if current.difference else "yes"),
            ("reason", current.difference),
            ("confirmed", stamp.confirmed_at),
            ("confirmed by", stamp.confirmed_by),
        ]
    )
