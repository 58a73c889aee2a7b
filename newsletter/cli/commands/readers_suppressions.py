"""newsletter readers suppress, lift, erase: what a person asks for about one address, whatever it is subscribed to."""

from typing import Annotated

import typer

from newsletter.cli.commands.readers import app
from newsletter.cli.support import input_files, output
from newsletter.cli.support.options import Json, Yes
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState

Address = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="The email address; or - for stdin, so that no shell keeps it.")
]


@app.command()
def suppress(
    address: Address,
    reason: Annotated[
        str, typer.Option("--reason", metavar="REASON", help="desk, person, hard-bounce, complaint or provider.")
    ] = "desk",
    detail: Annotated[
        str, typer.Option("--detail", metavar="WORDS", help="A note for people, without addresses or names.")
    ] = "",
    json: Json = False,
) -> None:
    """Never mail an address again, whatever it is subscribed to.

    Subscriptions stay as they are and are not mailed. An address that is suppressed already keeps its first reason.
    """
    from newsletter.audience import suppressions

    kept = suppressions.suppress(_given(address), reason=reason, detail=detail)
    if json:
        output.print_json({"suppressed": True, "reason": kept.reason})
    else:
        output.print_fields([("suppressed", True), ("reason", kept.reason)])


@app.command()
def lift(address: Address, json: Json = False) -> None:
    """Let a suppressed address be mailed again, such as after its owner wrote to you from it.

    What happened before now does not suppress it again. Leaves with 1 when it was not suppressed.
    """
    from newsletter.audience import suppressions

    lifted = suppressions.remove_suppression(_given(address), now=clock.now())
    if json:
        output.print_json({"lifted": lifted})
    else:
        output.print_fields([("lifted", lifted)])
    if not lifted:
        raise typer.Exit(1)
    output.print_note(
        "SendGrid keeps lists of its own: take the address off its bounces, spam reports and unsubscribes too."
    )


@app.command()
def erase(address: Address, yes: Yes = False, json: Json = False) -> None:
    """Remove a person: the address, its subscriptions and its gifts. This cannot be undone.

    A keyed hash of the address stays, so that no import brings the person back. What SendGrid told of them is thrown
    away within thirty days; what it keeps itself has to be erased there.
    """
    from newsletter.delivery.ledger import erase_reader

    given = _given(address)
    if not output.confirm("Remove this person and their gifts for good?", yes=yes, hint="Give --yes."):
        raise InvalidState("Nobody was removed.")
    erased = erase_reader.erase(given)
    if json:
        output.print_json({"subscriptions": erased.subscriptions, "gifts": erased.gifts})
    else:
        output.print_fields([("subscriptions removed", erased.subscriptions), ("gifts removed", erased.gifts)])


def _given(address: str) -> str:
    if address != "-":
        return address
    given = input_files.read_text("-").split()
    if len(given) != 1:
        raise BadInput("address", "is not one address.", "Give exactly one on stdin.")
    return given[0]
