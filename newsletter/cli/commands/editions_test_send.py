"""newsletter editions test-send: the email of an edition to named people."""

from __future__ import annotations  # models are imported inside, once Django is set up

import uuid
from typing import Annotated

import typer

from newsletter.cli.commands.editions import app
from newsletter.cli.support import lookups, output
from newsletter.cli.support.email_version import chosen_version
from newsletter.cli.support.options import By, EditionId, Json, Plain, Thanks
from newsletter.lib import clock


@app.command("test-send")
def send_test(  # noqa: PLR0917 — Typer reads them as options
    edition: EditionId,
    to: Annotated[list[str], typer.Option("--to", metavar="EMAIL", help="Who gets the test; repeat for more.")],
    thanks: Thanks = False,
    plain: Plain = False,
    by: By = "",
    json: Json = False,
) -> None:
    """Send the email of an edition to named people, with [TEST] in its subject.

    No subscriber gets it and no report counts it. Its links to unsubscribe and to preferences change nothing. The
    workers send it within seconds.

    Example: newsletter editions test-send 12 --to ana@example.org
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.delivery.email_tests import order_email_test

    found = lookups.edition(edition)
    test = order_email_test.order(
        found,
        to,
        key=uuid.uuid4().hex,
        variant=chosen_version(thanks=thanks, plain=plain),
        by=lookups.person_if_known(by, Permission.CURATE, publication=found.publication_id),
        now=clock.now(),
    )
    count = test.recipients.count()
    if json:
        output.print_json({"edition": edition, "test": test.pk, "subject": test.subject, "recipients": count})
        return
    output.print_fields([("edition", str(edition)), ("subject", test.subject), ("recipients", str(count))])
    output.print_note("The workers send it within seconds.")
