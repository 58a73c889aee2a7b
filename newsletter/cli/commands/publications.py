"""newsletter publications: add, list, show, set."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.support import field_assignments, json_shapes, lookups, output
from newsletter.cli.support.options import Json
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock

if TYPE_CHECKING:
    from newsletter.publications.models import Publication

app = Commands(help="Publications: what readers can subscribe to, and when it leaves.")
# A template has commands of its own, logos are uploaded at the desk, and the planner alone settles what is planned.
FIXED = frozenset({"id", "slug", "created_at", "template", "logo", "logo_dark", "planned_to", "past_schedules"})

Slug = Annotated[
    str,
    typer.Argument(metavar="SLUG", help="Which publication. Not needed when there is only one.", show_default=False),
]
Assignments = Annotated[
    list[str], typer.Argument(metavar="NAME=VALUE…", help="Fields as `publications show` names them.")
]


@app.command()
def add(
    *,
    slug: Annotated[str, typer.Option(help="A short name for addresses and commands, such as morning.")],
    name: Annotated[str, typer.Option(help="What readers know it by.")],
    sender_name: Annotated[str, typer.Option(help="The name letters come from.")],
    sender_email: Annotated[
        str, typer.Option(help="The address they come from; its domain is authenticated with the provider.")
    ],
    postal_address: Annotated[str, typer.Option(help="One line; the law asks for it in every letter.")],
    send_time: Annotated[str, typer.Option(metavar="HH:MM", help="When it leaves, on the publication's clock.")],
    time_zone: Annotated[str, typer.Option(help="Such as Europe/Berlin.")] = "UTC",
    recurrence: Annotated[
        str, typer.Option(help="An iCalendar rule of days, such as FREQ=WEEKLY;BYDAY=MO,TH.")
    ] = "FREQ=DAILY",
    starts_on: Annotated[
        str, typer.Option(metavar="DAY", help="The rule counts from this day; today if left out.", show_default=False)
    ] = "",
    language: Annotated[str, typer.Option(help="As in HTML: en, ar, pt-BR.")] = "en",
    json: Json = False,
) -> None:
    """Add a publication. Everything else about it has a default: see `publications set`."""
    from newsletter.lib import clock
    from newsletter.publications import edit_publication
    from newsletter.publications.schedule import zone

    given = {
        "slug": slug,
        "name": name,
        "sender_name": sender_name,
        "sender_email": sender_email,
        "postal_address": postal_address,
        "send_time": send_time,
        "time_zone": time_zone,
        "recurrence": recurrence,
        "starts_on": starts_on or str(clock.now().astimezone(zone(time_zone)).date()),
        "language": language,
    }
    _show(
        edit_publication.create_publication(**{field: _value(field, text) for field, text in given.items()}), json=json
    )


@app.command("list")
def list_(json: Json = False) -> None:
    """List all publications."""
    from newsletter.publications.models import Publication

    found = list(Publication.objects.order_by("slug"))
    if json:
        output.print_json([json_shapes.publication(publication) for publication in found])
        return
    output.print_table(
        ["slug", "name", "leaves at", "time zone", "rule", "active"],
        [[p.slug, p.name, f"{p.send_time:%H:%M}", p.time_zone, p.recurrence, p.is_active] for p in found],
    )


@app.command()
def show(slug: Slug = "", json: Json = False) -> None:
    """Show everything about a publication."""
    _show(lookups.publication(slug), json=json)


@app.command("set")
def set_(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Which publication.")],
    assignments: Assignments,
    json: Json = False,
) -> None:
    """Change fields: newsletter publications set morning send_time=07:00 auto_approve=yes

    A limit is lifted by giving nothing: pace_per_hour=

    Several links are parted by |, as in social_links="Bluesky=https://…|Mastodon=https://…".
    """
    from newsletter.publications import edit_publication

    publication = lookups.publication(slug)
    changes = field_assignments.parse_assignments(assignments, _value, example="send_time=07:00")
    _show(edit_publication.update_publication(publication, now=clock.now(), **changes), json=json)


def _value(name: str, text: str) -> Any:
    """`text` as the value of the publication's field `name`; links are NAME=ADDRESS with | between them."""
    from newsletter.publications.models import Publication

    if name == "slug":
        return text.strip()
    if name == "social_links":
        pairs = (entry.partition("=") for entry in field_assignments.split_list(text, separator="|"))
        return [{"name": word.strip(), "url": address.strip()} for word, _, address in pairs]
    return field_assignments.parse_field_value(Publication, name, text.strip(), fixed=FIXED)


def _show(publication: Publication, *, json: bool) -> None:
    shape = json_shapes.publication(publication)
    if json:
        output.print_json(shape)
    else:
        output.print_fields(shape.items())
