"""newsletter readers suppress, lift, erase: requests about one address, across all publications."""

from typing import Annotated

import typer

from newsletter.cli.commands.readers import app
from newsletter.cli.support import output
from newsletter.cli.support.address_argument import Address, read_address
from newsletter.cli.support.options import Json, Yes
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState


@app.command()
def suppress(
    address: Address,
    reason: Annotated[
        str,
        typer.Option("--reason", metavar="REASON", help="Reason: desk, person, hard-bounce, complaint or provider."),
    ] = "desk",
    detail: Annotated[
        str, typer.Option("--detail", metavar="TEXT", help="Note for staff, without addresses or names.")
    ] = "",
    json: Json = False,
) -> None:
    """Suppress an address: no publication sends to it again.

    Its subscriptions stay as they are. An address that is already suppressed keeps its first reason.
    """
    from newsletter.audience import suppressions

    suppression = suppressions.suppress(read_address(address), reason=reason, detail=detail)
    if json:
        output.print_json({"suppressed": True, "reason": suppression.reason})
    else:
        output.print_fields([("suppressed", True), ("reason", suppression.reason)])


@app.command()
def lift(address: Address, json: Json = False) -> None:
    """Remove the suppression of an address, for example after its owner wrote to you from it.

    Events from before now do not suppress the address again. Exits with status 1 when it was not suppressed.
    """
    from newsletter.audience import suppressions

    lifted = suppressions.remove_suppression(read_address(address), now=clock.now())
    if json:
        output.print_json({"lifted": lifted})
    else:
        output.print_fields([("lifted", lifted)])
    if not lifted:
        raise typer.Exit(1)
    output.print_note(
        "SendGrid keeps its own lists: remove the address from its bounces, spam reports and unsubscribes too."
    )


@app.command()
def erase(address: Address, yes: Yes = False, json: Json = False) -> None:
    """Erase a person: the address, its subscriptions and its gifts. This cannot be undone.

    A keyed hash of the address is kept, so that no import adds the person again. The provider's posts of events,
    which contain addresses, are deleted after POSTS_KEPT_DAYS. Erase the person at SendGrid yourself.
    """
    from newsletter.delivery import erase_reader

    email = read_address(address)
    if not output.confirm("Permanently erase this person and their gifts?", yes=yes, hint="Give --yes."):
        raise InvalidState("Nobody was erased.")
    erased = erase_reader.erase(email)
    if json:
        output.print_json({"subscriptions": erased.subscriptions, "gifts": erased.gifts})
    else:
        output.print_fields([("subscriptions removed", erased.subscriptions), ("gifts removed", erased.gifts)])
