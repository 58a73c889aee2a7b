"""newsletter gifts: import, list and delete gifts."""

from __future__ import annotations  # models are imported inside, once Django is set up

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.support import input_files, lookups, output
from newsletter.cli.support.options import Json
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock

if TYPE_CHECKING:
    from newsletter.giving.models import Gift

MAX_DAYS = 36_500  # no gift is kept for longer
PublicationOrAll = Annotated[
    str,
    typer.Option(
        "--publication",
        "-p",
        metavar="SLUG",
        help="Publication the gifts belong to. Default: all publications.",
        show_default=False,
    ),
]

app = Commands(help="Manage gifts. Recent donors see a thank-you instead of the appeal.")


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file in UTF-8, or - for stdin.")],
    source: Annotated[
        str,
        typer.Option(
            "--source",
            metavar="NAME",
            help="Platform the file comes from, such as stripe. Use the same name every time.",
        ),
    ],
    publication: PublicationOrAll = "",
    currency: Annotated[
        str, typer.Option(metavar="CODE", help="Currency of files without a currency column: USD.", show_default=False)
    ] = "",
    json: Json = False,
) -> None:
    """Import gifts from a CSV file.

    The first row names the columns: email, date, amount, and optionally currency and reference (the platform's id of
    the gift). Other columns are ignored. Failed and refunded payments, found by the columns status and amount
    refunded, are skipped; if they were imported before, they are deleted.

    You can import the same file twice. Duplicates are skipped: gifts with the same source and reference, or without
    a reference the same person, date and amount.

    Example: newsletter gifts import payments.csv --source stripe
    """
    from newsletter.audience import suppressions
    from newsletter.giving import import_gifts
    from newsletter.lib import csv_reader

    target = lookups.publication(publication) if publication else None
    with input_files.open_input(file) as data:
        lines = output.with_progress(csv_reader.decode_lines(data), "lines read")
        report = import_gifts.import_gifts(
            lines,
            source=source,
            erased=suppressions.erased,
            currency=currency,
            publication=target,
            now=clock.now(),
        )
    if json:
        problems = [{"line": problem.line, "problem": problem.problem} for problem in report.problems]
        counts = {
            name: getattr(report, name)
            for name in ("rows", "added", "known", "old", "unpaid", "erased", "removed", "bad")
        }
        output.print_json(counts | {"problems": problems})
        return
    output.print_fields(
        [
            ("gifts read", report.rows),
            ("added", report.added),
            ("already imported", report.known or None),
            ("too old", report.old or None),
            ("unpaid or refunded", report.unpaid or None),
            ("of erased people", report.erased or None),
            ("of these deleted", report.removed or None),
            ("rejected", report.bad or None),
        ]
    )
    output.print_problems(report.problems, report.bad)


@app.command("list")
def list_(
    publication: PublicationOrAll = "",
    days: Annotated[int, typer.Option(min=1, help="Gifts of the last so many days.")] = 30,
    json: Json = False,
) -> None:
    """List gifts, newest first.

    The list contains personal data: delete it when you no longer need it.
    """
    from newsletter.giving.format_amount import format_amount
    from newsletter.giving.models import Gift

    since = clock.now() - timedelta(days=min(days, MAX_DAYS))
    gifts = Gift.objects.filter(given_at__gte=since).select_related("publication")
    if publication:
        gifts = gifts.filter(publication=lookups.publication(publication))
    if json:
        output.print_json([_shape(gift) for gift in gifts])
        return
    output.print_table(
        ["gift", "donor", "date", "amount", "source", "reference", "publication"],
        [
            [
                g.pk,
                g.email,
                g.given_at,
                format_amount(g.amount, g.currency),
                g.source,
                g.reference,
                _publication_slug(g) or "all",
            ]
            for g in gifts
        ],
    )


@app.command()
def forget(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Email address of the donor.")], json: Json = False
) -> None:
    """Delete all gifts of an address, for example when the donor asks for it.

    Old gifts are deleted automatically.
    """
    from newsletter.giving import gift_records

    deleted = gift_records.delete_gifts_of(email)
    if json:
        output.print_json({"forgotten": deleted})
    else:
        output.print_fields([("gifts deleted", deleted)])


def _shape(gift: Gift) -> dict[str, Any]:
    """Describe a gift. `amount` is in the smallest unit of the currency; `publication` is a slug, or null for all."""
    names = ("id", "email", "given_at", "amount", "currency", "source", "reference", "recorded_at")
    return {name: getattr(gift, name) for name in names} | {"publication": _publication_slug(gift) or None}


def _publication_slug(gift: Gift) -> str:
    return gift.publication.slug if gift.publication else ""
