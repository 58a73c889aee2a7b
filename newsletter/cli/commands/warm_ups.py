"""newsletter warm-ups: add, list, remove. A new sending domain begins with little mail."""

from __future__ import annotations  # models are imported inside, once Django is set up

from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.support import datetimes, json_shapes, output
from newsletter.cli.support.options import Json
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from newsletter.delivery.models import WarmUp

app = Commands(help="Warm-ups: how many readers a new sending domain may have on each of its first days.")
Domain = Annotated[
    str, typer.Argument(metavar="DOMAIN", help="What stands behind the @ of the sender's address, such as example.org.")
]


@app.command()
def add(
    domain: Domain,
    start: Annotated[
        str, typer.Option("--start", metavar="DAY", help="Its first day (UTC); today if left out.", show_default=False)
    ] = "",
    plan: Annotated[
        str,
        typer.Option(
            "--plan",
            metavar="NUMBERS",
            help="Readers on each day: 500,1000,2000,4000. If left out: 250, and twice as many each day until all fit.",
            show_default=False,
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Limit the readers a day of all publications sent from a domain; a plan that is there is replaced.

    What is over a day's limit leaves on the next day. After the last day there is no limit.
    """
    from newsletter.delivery.rate_limits import warm_up

    first = datetimes.parse_date(start, field="--start") if start else clock.now().astimezone(UTC).date()
    _show(warm_up.add(domain, starts_on=first, daily=_numbers(plan) if plan.strip() else None), json=json)


@app.command("list")
def list_(json: Json = False) -> None:
    """List the plans, and what each allows today."""
    from newsletter.delivery.models import WarmUp

    found = list(WarmUp.objects.order_by("domain"))
    if json:
        output.print_json([json_shapes.warm_up(each) for each in found])
        return
    today = clock.now().astimezone(UTC).date()
    output.print_table(
        ["domain", "first day", "days", "today"],
        [[each.domain, each.starts_on, len(each.daily), each.limit(today) or "no limit"] for each in found],
    )


@app.command()
def remove(domain: Domain) -> None:
    """End the limit at once."""
    from newsletter.delivery.rate_limits import warm_up

    warm_up.remove(domain)
    output.print_note(f"{domain} has no limit any more.")


def _numbers(plan: str) -> list[int]:
    try:
        return [int(part) for part in plan.split(",")]
    except ValueError:
        raise BadInput("--plan", f"{plan!r} is not a list of numbers.", "Write it like 500,1000,2000,4000.") from None


def _show(warm_up: WarmUp, *, json: bool) -> None:
    if json:
        output.print_json(json_shapes.warm_up(warm_up))
        return
    output.print_fields(
        [
            ("domain", warm_up.domain),
            ("first day", warm_up.starts_on),
            ("readers a day", ", ".join(f"{number:,}" for number in warm_up.daily)),
        ]
    )
