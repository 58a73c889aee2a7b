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
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Suppress an address, or a whole domain: no publication sends to it again.

    A domain begins with @ and is confirmed. Subscriptions stay as they are. An address that is already suppressed
    keeps its first reason.

    Example: newsletter readers suppress @example.org --detail "letter of 3 May" --yes
    """
    from django.db import transaction

    from newsletter.audience import suppress_domain, suppressions
    from newsletter.audit import audit_trail
    from newsletter.audit.acts import Act

    given, actor = read_address(address), audit_trail.name(None)
    is_domain = given.strip().startswith("@")
    if is_domain:
        domain = suppress_domain.normalise_domain(given)
        count = suppress_domain.count_domain(domain)
        if not output.confirm(f"Suppress all addresses of {domain} ({count:,} readers)?", yes=yes, hint="Give --yes."):
            raise InvalidState("Nothing was suppressed.")
    with transaction.atomic():
        if is_domain:
            suppression = suppress_domain.suppress_domain(given, detail=detail, actor=actor)
        else:
            suppression = suppressions.suppress(given, reason=reason, detail=detail, actor=actor)
        audit_trail.record(None, Act.SUPPRESSION_ADDED, scope="all publications", domain=is_domain, note=detail)
    if json:
        output.print_json({"suppressed": True, "reason": suppression.reason})
    else:
        output.print_fields([("suppressed", True), ("reason", suppression.reason)])


@app.command()
def lift(address: Address, json: Json = False) -> None:
    """Remove the suppression of an address, for example after its owner wrote to you from it.

    A domain begins with @. Events from before now do not suppress the address again. Exits with status 1 when it was
    not suppressed, or is suppressed with its whole domain.
    """
    from newsletter.audience import suppression_list

    lifted = suppression_list.lift(read_address(address), by=None, now=clock.now())
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

    A keyed hash of the address is kept, so that no import adds the person again; they can still subscribe themselves by
    confirming from their mailbox. The provider's posts of events, which contain addresses, are deleted after
    POSTS_KEPT_DAYS. Erase the person at SendGrid yourself.
    """
    from newsletter.insights import erase_reader

    email = read_address(address)
    if not output.confirm("Permanently erase this person and their gifts?", yes=yes, hint="Give --yes."):
        raise InvalidState("Nobody was erased.")
    erased = erase_reader.erase(email, by_staff=True)
    if json:
        output.print_json({"subscriptions": erased.subscriptions, "gifts": erased.gifts})
    else:
        output.print_fields([("subscriptions removed", erased.subscriptions), ("gifts removed", erased.gifts)])


@app.command("suppressions")
def suppressions_(
    reason: Annotated[str, typer.Option("--reason", metavar="REASON", help="Only those with this reason.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Show at most this many.")] = 50,
    json: Json = False,
) -> None:
    """List suppressed addresses and domains, newest first.

    The list contains personal data: delete it when you no longer need it.
    """
    from newsletter.audience import suppression_list

    found, more = suppression_list.newest(reason=reason, limit=limit)
    if json:
        output.print_json([entry._asdict() for entry in found])
    else:
        output.print_table(["address or domain", "reason", "evidence", "by", "since"], found)
    if more:
        output.print_note(f"There are more than {limit}. Give a higher --limit.")
