"""newsletter warm-ups: limit the readers a day of a new sending domain."""

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

app = Commands(help="Manage daily limits for new sending domains.")
Domain = Annotated[str, typer.Argument(metavar="DOMAIN", help="Domain of the sender address, such as example.org.")]


@app.command()
def add(
    domain: Domain,
    start: Annotated[
        str, typer.Option("--start", metavar="DATE", help="First day (UTC). Default: today.", show_default=False)
    ] = "",
    plan: Annotated[
        str,
        typer.Option(
            "--plan",
            metavar="NUMBERS",
            help="Readers on each day: 500,1000,2000,4000. Default: 250, doubled each day until all readers fit.",
            show_default=False,
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Add or replace the warm-up plan of a domain.

    The plan limits the readers a day of all publications sent from the domain. Readers over the limit of a day
    follow on the next day. After the last day there is no limit.

    Example: newsletter warm-ups add example.org --plan 500,1000,2000,4000
    """
    from newsletter.delivery.rate_limits import warm_up

    first = datetimes.parse_date(start, field="--start") if start else clock.now().astimezone(UTC).date()
    _show(warm_up.add(domain, starts_on=first, daily=_numbers(plan) if plan.strip() else None), json=json)


@app.command("list")
def list_(json: Json = False) -> None:
    """List warm-up plans and their limits today."""
    from newsletter.delivery.models import WarmUp

    found = list(WarmUp.objects.order_by("domain"))
    if json:
        output.print_json([json_shapes.warm_up(plan) for plan in found])
        return
    today = clock.now().astimezone(UTC).date()
    output.print_table(
        ["domain", "first day", "days", "today"],
        [[plan.domain, plan.starts_on, len(plan.daily), plan.limit(today) or "no limit"] for plan in found],
    )


@app.command()
def remove(domain: Domain) -> None:
    """Remove the warm-up plan of a domain. Its limit ends at once."""
    from newsletter.delivery.rate_limits import warm_up

    warm_up.remove(domain)
    output.print_note(f"Removed. {domain} has no daily limit.")


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
