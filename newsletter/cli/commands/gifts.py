"""newsletter gifts: import, list, forget."""

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

LONGEST_DAYS = 36_500  # no gift is kept for longer
Whose = Annotated[
    str,
    typer.Option(
        "--publication",
        "-p",
        metavar="SLUG",
        help="Whose readers are thanked for them. Without it, those of every publication.",
        show_default=False,
    ),
]

app = Commands(help="Gifts: who gave lately is thanked in letters, and not asked.")


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file in UTF-8, or - for stdin.")],
    source: Annotated[str, typer.Option("--source", metavar="NAME", help="Who wrote the file: stripe, donorbox …")],
    publication: Whose = "",
    currency: Annotated[
        str, typer.Option(metavar="CODE", help="Of files without a column for it: USD.", show_default=False)
    ] = "",
    json: Json = False,
) -> None:
    """Take in the gifts in a CSV file.

    Its first row names the columns: email, date, amount, and perhaps currency and reference (what the
    platform calls the gift). Payments that failed or were given back are left out, by the columns
    status and amount refunded, and thrown away when they were taken in before; other columns are
    passed over. A file can be imported again: a gift of the same source and reference is kept once,
    and without references one of the same person, date and amount.
    """
    from newsletter.giving import import_gifts
    from newsletter.lib import csv_reader

    meant = lookups.publication(publication) if publication else None
    with input_files.opened(file) as data:
        lines = output.with_progress(csv_reader.decode_lines(data), "lines read")
        report = import_gifts.import_gifts(lines, source=source, currency=currency, publication=meant, now=clock.now())
    if json:
        problems = [{"line": problem.line, "problem": problem.problem} for problem in report.problems]
        counts = {name: getattr(report, name) for name in ("rows", "added", "known", "old", "unpaid", "removed", "bad")}
        output.data(counts | {"problems": problems})
        return
    output.print_fields(
        [
            ("gifts read", report.rows),
            ("added", report.added),
            ("there already", report.known or None),
            ("too old to be kept", report.old or None),
            ("not paid, or given back", report.unpaid or None),
            ("of these thanked until now", report.removed or None),
            ("not taken", report.bad or None),
        ]
    )
    output.problems(report.problems, report.bad)


@app.command("list")
def list_(
    publication: Whose = "",
    days: Annotated[int, typer.Option(min=1, help="Those given in so many days.")] = 30,
    json: Json = False,
) -> None:
    """List gifts, the latest first. The list holds personal data: keep it no longer than you need it."""
    from newsletter.giving.models import Gift

    since = clock.now() - timedelta(days=min(days, LONGEST_DAYS))
    given = Gift.objects.filter(given_at__gte=since).select_related("publication")
    if publication:
        given = given.filter(publication=lookups.publication(publication))
    if json:
        output.data([_shape(gift) for gift in given])
        return
    output.table(
        ["gift", "from", "given", "amount", "source", "reference", "publication"],
        [[g.pk, g.email, g.given_at, _sum(g), g.source, g.reference, _whose(g) or "all"] for g in given],
    )


@app.command()
def forget(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The giver's address.")], json: Json = False
) -> None:
    """Throw away every gift of an address, when its owner asks for that. Old gifts are forgotten by themselves."""
    from newsletter.giving import gift_records

    gone = gift_records.delete_gifts_of(email)
    if json:
        output.data({"forgotten": gone})
    else:
        output.print_fields([("forgotten", gone)])


def _shape(gift: Gift) -> dict[str, Any]:
    """A gift; `amount` is in the smallest unit of the currency, `publication` a slug, or null for every one."""
    names = ("id", "email", "given_at", "amount", "currency", "source", "reference", "recorded_at")
    return {name: getattr(gift, name) for name in names} | {"publication": _whose(gift) or None}


def _whose(gift: Gift) -> str:
    return gift.publication.slug if gift.publication else ""


def _sum(gift: Gift) -> str:
    """As people write it: 25.00 USD."""
    from newsletter.giving.donation_platforms import minor_unit_digits

    digits = minor_unit_digits(gift.currency)
    whole, rest = divmod(gift.amount, 10**digits)
    return f"{whole:,}.{rest:0{digits}} {gift.currency}" if digits else f"{whole:,} {gift.currency}"
