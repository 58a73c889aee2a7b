"""newsletter readers: import, export, count, leave; suppress, lift and erase are in readers_suppressions.py."""

from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.support import input_files, json_shapes, lookups, output
from newsletter.cli.support.options import Json, Publication
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock

app = Commands(help="Readers: bring them in, take them out, count them.")


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file in UTF-8, or - for stdin.")],
    source: Annotated[
        str, typer.Option("--source", metavar="WORDS", help="Where these readers gave their consent; it is kept.")
    ],
    publication: Publication = "",
    json: Json = False,
) -> None:
    """Subscribe the readers in a CSV file.

    The file has a header with a column “email” and perhaps “first_name” and “time_zone” (such as
    Europe/Berlin), or is a bare list of addresses. Columns that say who unsubscribed, is suppressed
    or has not confirmed yet are obeyed, in our own exports and in those of other senders; nobody
    whom the file or this database knows as such is mailed. A file can be imported again: who is
    there already is only counted.
    """
    from newsletter.audience import import_subscribers
    from newsletter.lib import csv_reader

    meant = lookups.publication(publication)
    with input_files.opened(file) as data:
        lines = output.with_progress(csv_reader.decode_lines(data), "lines read")
        report = import_subscribers.import_subscribers(meant, lines, source=source, now=clock.now())
    if json:
        output.data(json_shapes.report(report))
        return
    output.print_fields(
        [
            ("rows read", report.rows),
            ("added", report.added),
            ("there already", report.known),
            ("twice in the file", report.repeated or None),
            ("not mailed: unsubscribed", report.left or None),
            ("not mailed: suppressed", report.suppressed or None),
            ("not mailed: not confirmed yet", report.unconfirmed or None),
            ("not mailed: paused", report.paused or None),
            ("of these received it until now", report.ended or None),
            ("not taken", report.bad or None),
            ("taken in part", report.warned or None),
        ]
    )
    output.problems(report.problems, report.bad)
    output.problems(report.warnings, report.warned)


@app.command()
def export(
    publication: Publication = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write here, readable by you alone.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of CSV.")] = False,
) -> None:
    """Print all readers as CSV: email, first_name, standing, consent_source, consent_at, time_zone, and more.

    `readers import` makes the same audience of it in another database. A cell that a spreadsheet
    would run as a formula begins with an apostrophe; the import takes it off again. The file holds
    personal data: keep it no longer than you need it.
    """
    from newsletter.audience import export_subscribers

    rows = export_subscribers.rows(lookups.publication(publication))
    lines = (output.as_line(row._asdict()) for row in rows) if json else export_subscribers.lines(rows)
    output.lines(lines, out=out)


@app.command()
def count(publication: Publication = "", json: Json = False) -> None:
    """Count readers by how things stand with them."""
    from newsletter.audience import subscriber_counts

    counts = subscriber_counts.count_subscribers(lookups.publication(publication))
    if json:
        output.data(json_shapes.counts(counts))
        return
    output.print_fields(
        [
            ("receive it", counts.active),
            ("suppressed", counts.suppressed),
            ("not confirmed yet", counts.pending),
            ("paused", counts.paused),
            ("unsubscribed", counts.left),
            ("in all", counts.total),
        ]
    )


@app.command()
def leave(
    tokens: Annotated[
        list[str],
        typer.Argument(metavar="TOKEN…", help="What stands behind “unsubscribe” in the subject; or - for stdin."),
    ],
    json: Json = False,
) -> None:
    """Unsubscribe readers who wrote to UNSUBSCRIBE_MAILBOX.

    Messages, a mailbox in one file, or subjects (one a line) may be given on stdin. Nobody is told twice and nothing
    happens the second time. Leaves with 1 when a token is not ours, or a message asks for nothing that we understand.
    """
    from newsletter.audience import subscriptions
    from newsletter.delivery.recipients import reader_links
    from newsletter.lib.errors import BadToken
    from newsletter.mail import unsubscribe_mail

    given, not_understood = [word for word in tokens if word != "-"], 0
    if "-" in tokens:
        with input_files.opened("-") as data:
            wishes = unsubscribe_mail.find_requests(data.read())
        given += wishes.tokens
        not_understood = wishes.not_understood
    left = strange = 0
    for token in dict.fromkeys(given):
        try:
            reader = reader_links.parse_reader_token(token)
        except BadToken:
            strange += 1
            continue
        if reader.subscriber_id:
            subscriptions.unsubscribe(
                subscriber_id=reader.subscriber_id,
                publication_id=reader.publication_id,
                edition_id=reader.edition_id,
                by="mail",
                now=clock.now(),
            )
            left += 1
    if json:
        output.data({"left": left, "not_ours": strange, "not_understood": not_understood})
    else:
        output.print_fields(
            [("unsubscribed", left), ("not ours", strange or None), ("not understood", not_understood or None)]
        )
    if not_understood:
        output.print_note("What was not understood is from people all the same: look at it.")
    if strange or not_understood:
        raise typer.Exit(1)
