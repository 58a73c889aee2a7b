"""newsletter readers: export, count, leave.

Import is in `readers_import.py`; find, show and proof in `readers_lookup.py`; suppress, lift and erase in
`readers_suppressions.py`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.support import input_files, json_shapes, lookups, output
from newsletter.cli.support.options import Json, Publication
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock

app = Commands(help="Find, import, export, count, suppress and erase readers.")


@app.command()
def export(
    publication: Publication = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="Write to this file, readable only by you.", show_default=False
        ),
    ] = None,
    events: Annotated[bool, typer.Option("--events", help="Export all consent events instead of readers.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line instead of CSV.")] = False,
) -> None:
    """Export all readers as CSV, or all consent events.

    Columns: email, first_name, status, consent_source, consent_at, time_zone and more. `readers import` recreates
    the same audience in another database. Cells that a spreadsheet would run as a formula start with an apostrophe,
    which the import removes. The file contains personal data: delete it when you no longer need it.

    Example: newsletter readers export --out readers.csv
    """
    from newsletter.audience import export_consent_events, export_subscribers
    from newsletter.audit import audit_trail
    from newsletter.audit.acts import Act

    target = lookups.publication(publication)
    if json:
        rows = export_consent_events.rows(target) if events else export_subscribers.rows(target)
        lines: Iterator[str] = (output.json_line(row._asdict()) for row in rows)
    elif events:
        lines = export_consent_events.lines(export_consent_events.rows(target))
    else:
        lines = export_subscribers.lines(export_subscribers.rows(target))
    # before the first line: an export that is broken off has given away what it wrote
    audit_trail.record(None, Act.READERS_EXPORTED, target, what="consent events" if events else "readers")
    output.write_lines(lines, out=out)


@app.command()
def count(publication: Publication = "", json: Json = False) -> None:
    """Count readers by status."""
    from newsletter.audience import subscriber_counts

    counts = subscriber_counts.count_subscribers(lookups.publication(publication))
    if json:
        output.print_json(json_shapes.counts(counts))
        return
    output.print_fields(
        [
            ("subscribed", counts.active),
            ("suppressed", counts.suppressed),
            ("not confirmed yet", counts.pending),
            ("paused", counts.paused),
            ("unsubscribed", counts.left),
            ("total", counts.total),
        ]
    )


@app.command()
def leave(
    tokens: Annotated[
        list[str],
        typer.Argument(metavar="TOKEN…", help="Text after “unsubscribe” in the subject; or - for stdin."),
    ],
    json: Json = False,
) -> None:
    """Unsubscribe readers who wrote to UNSUBSCRIBE_MAILBOX.

    Stdin may be email messages, an mbox file, or subjects (one a line). Repeating the command is safe. Exits with
    status 1 when a token is invalid or a message is not understood.

    Example: newsletter readers leave - < mailbox.mbox
    """
    from newsletter.audience import subscriptions
    from newsletter.delivery.recipients import reader_links
    from newsletter.lib.errors import BadToken
    from newsletter.mail import unsubscribe_mail

    reader_tokens, not_understood = [text for text in tokens if text != "-"], 0
    if "-" in tokens:
        with input_files.open_input("-") as data:
            requests = unsubscribe_mail.find_requests(data.read())
        reader_tokens += requests.tokens
        not_understood = requests.not_understood
    unsubscribed = invalid = 0
    for token in dict.fromkeys(reader_tokens):
        try:
            reader = reader_links.parse_reader_token(token)
        except BadToken:
            invalid += 1
            continue
        if reader.subscriber_id:
            subscriptions.unsubscribe(
                subscriber_id=reader.subscriber_id,
                publication_id=reader.publication_id,
                edition_id=reader.edition_id,
                by="mail",
                now=clock.now(),
            )
            unsubscribed += 1
    if json:
        output.print_json({"left": unsubscribed, "not_ours": invalid, "not_understood": not_understood})
    else:
        output.print_fields(
            [
                ("unsubscribed", unsubscribed),
                ("invalid tokens", invalid or None),
                ("not understood", not_understood or None),
            ]
        )
    if not_understood:
        output.print_note("Read the messages that were not understood: their writers may want to unsubscribe.")
    if invalid or not_understood:
        raise typer.Exit(1)
