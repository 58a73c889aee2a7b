"""newsletter publications: add, list, show and change publications."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.support import field_assignments, json_shapes, lookups, output
from newsletter.cli.support.options import By, Json
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock

if TYPE_CHECKING:
    from django.db.models import Model

    from newsletter.accounts.models import User
    from newsletter.publications.models import Publication

app = Commands(help="Manage publications: sender, schedule, brand and limits.")
# Templates have their own commands, logos are uploaded on the pages, and only the planner sets `planned_to`.
FIXED = frozenset(
    {"id", "slug", "created_at", "template", "logo", "logo_dark", "phrases"}
    | {"planned_to", "planned_from", "plan_again_at", "past_schedules"}
)

Slug = Annotated[
    str,
    typer.Argument(metavar="SLUG", help="Publication. Optional when there is only one.", show_default=False),
]
Assignments = Annotated[
    list[str], typer.Argument(metavar="NAME=VALUE…", help="Fields to set, named as in `publications show`.")
]


@app.command()
def add(
    *,
    slug: Annotated[str, typer.Option(help="Short name for URLs and commands, such as morning.")],
    name: Annotated[str, typer.Option(help="Name that readers see.")],
    sender_name: Annotated[str, typer.Option(help="Sender name of its emails.")],
    sender_email: Annotated[
        str, typer.Option(help="Sender address; its domain must be authenticated with the provider.")
    ],
    postal_address: Annotated[
        str, typer.Option(help="Postal address on one line; the law requires it in every email.")
    ],
    send_time: Annotated[str, typer.Option(metavar="HH:MM", help="Send time, in the time zone of the publication.")],
    time_zone: Annotated[str, typer.Option(help="Time zone, such as Europe/Berlin.")] = "UTC",
    recurrence: Annotated[
        str, typer.Option(help="Days it is sent, as an iCalendar rule such as FREQ=WEEKLY;BYDAY=MO,TH.")
    ] = "FREQ=DAILY",
    starts_on: Annotated[
        str, typer.Option(metavar="DATE", help="Start of the schedule. Default: today.", show_default=False)
    ] = "",
    language: Annotated[str, typer.Option(help="Language tag: en, ar, pt-BR.")] = "en",
    by: By = "",
    json: Json = False,
) -> None:
    """Add a publication.

    Change everything else with `publications set`.
    """
    from newsletter.lib import clock
    from newsletter.publications import edit_publication
    from newsletter.publications.schedule import zone

    texts = {
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
    fields = {field: _value(field, text) for field, text in texts.items()}
    _show(edit_publication.create_publication(by=_person(by, None), **fields), json=json)


@app.command("list")
def list_(json: Json = False) -> None:
    """List all publications."""
    from newsletter.publications.models import Publication

    found = list(Publication.objects.order_by("slug"))
    if json:
        output.print_json([json_shapes.publication(publication) for publication in found])
        return
    output.print_table(
        ["slug", "name", "send time", "time zone", "schedule", "active"],
        [[p.slug, p.name, f"{p.send_time:%H:%M}", p.time_zone, p.recurrence, p.is_active] for p in found],
    )


@app.command()
def show(slug: Slug = "", json: Json = False) -> None:
    """Show a publication."""
    _show(lookups.publication(slug), json=json)


@app.command("set")
def set_(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Publication.")],
    assignments: Assignments,
    by: By = "",
    json: Json = False,
) -> None:
    """Change fields of a publication.

    An empty value removes a limit: pace_per_hour=. Separate several links with |, as in
    social_links="Bluesky=https://…|Mastodon=https://…".

    Example: newsletter publications set morning send_time=07:00 auto_approve=yes
    """
    from newsletter.publications import edit_publication

    publication = lookups.publication(slug)
    changes = field_assignments.parse_assignments(assignments, _value, example="send_time=07:00")
    changed = edit_publication.update_publication(publication, by=_person(by, publication), now=clock.now(), **changes)
    _show(changed, json=json)


def _person(by: str, publication: Model | int | None) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.CONFIGURE, publication=publication)


def _value(name: str, text: str) -> Any:
    """Return `text` as the value of field `name`. Links are written NAME=URL and separated by |."""
    from newsletter.publications.models import Publication

    if name == "slug":
        return text.strip()
    if name == "social_links":
        pairs = (entry.partition("=") for entry in field_assignments.split_list(text, separator="|"))
        return [{"name": label.strip(), "url": url.strip()} for label, _, url in pairs]
    return field_assignments.parse_field_value(Publication, name, text.strip(), fixed=FIXED)


def _show(publication: Publication, *, json: bool) -> None:
    shape = json_shapes.publication(publication)
    if json:
        output.print_json(shape)
    else:
        output.print_fields(shape.items())
