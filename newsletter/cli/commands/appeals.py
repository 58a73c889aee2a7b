"""newsletter appeals: manage donation appeals, and list the link formats of donation platforms."""

from __future__ import annotations  # models are imported inside, once Django is set up

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.support import datetimes, field_assignments, json_shapes, lookups, output
from newsletter.cli.support.options import AppealId, By, Json, Publication
from newsletter.cli.support.typer_app import Commands

if TYPE_CHECKING:
    from django.db.models import Model

    from newsletter.accounts.models import User
    from newsletter.giving.models import Appeal

FIXED = frozenset({"id", "publication", "created_at"})
Assignments = Annotated[
    list[str], typer.Argument(metavar="NAME=VALUE…", help="Fields to set, named as in `appeals show --json`.")
]

app = Commands(help="Manage donation appeals shown in emails.")


class PlaceOption(StrEnum):
    """The values of `giving.models.AppealPlace`, which cannot be imported before Django is set up."""

    IN_STORY = "in-story"
    BETWEEN = "between"
    END = "end"


@app.command()
def add(
    *,
    name: Annotated[str, typer.Option(help="Internal name; readers do not see it.")],
    heading: Annotated[str, typer.Option(help="Heading of the appeal.")],
    button: Annotated[str, typer.Option(help="Button label, such as Support this reporting.")],
    url: Annotated[str, typer.Option(help="Link of the button.")],
    publication: Publication = "",
    lead: Annotated[
        str, typer.Option(help="Introduction: one or two sentences before the points.", show_default=False)
    ] = "",
    point: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="Bullet point; repeat for more.", show_default=False)
    ] = None,
    closing: Annotated[str, typer.Option(help="Text after the points.", show_default=False)] = "",
    amount: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Button with this whole amount; repeat up to three times.", show_default=False),
    ] = None,
    currency: Annotated[str, typer.Option(help="Currency of all amounts: USD, EUR, GBP.")] = "USD",
    amount_url: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Link of the amount buttons, with {amount} in it; see `appeals platforms`.",
            show_default=False,
        ),
    ] = "",
    goal: Annotated[int | None, typer.Option(min=1, help="Fundraising goal.", show_default=False)] = None,
    raised: Annotated[int | None, typer.Option(min=0, help="Amount raised by --as-of.", show_default=False)] = None,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Date of --raised: 2026-11-22.", show_default=False)] = "",
    match: Annotated[
        str, typer.Option(help="Matching gift: who doubles gifts, and up to what amount.", show_default=False)
    ] = "",
    match_ends: Annotated[
        str, typer.Option(metavar="TIME", help="End of the match: 2026-12-31T23:59.", show_default=False)
    ] = "",
    thanks_heading: Annotated[
        str, typer.Option(help="Heading for recent donors, in place of the appeal.", show_default="standard text")
    ] = "",
    thanks_lead: Annotated[
        str, typer.Option(help="Text below the thank-you heading.", show_default="standard text")
    ] = "",
    thanks_days: Annotated[
        int, typer.Option(min=0, help="Days after a gift in which donors see the thank-you; 0 turns it off.")
    ] = 30,
    starts: Annotated[str, typer.Option(metavar="DATE", help="First day: 2026-12-01.", show_default=False)] = "",
    ends: Annotated[str, typer.Option(metavar="DATE", help="Last day.", show_default=False)] = "",
    priority: Annotated[int, typer.Option(help="The active appeal with the highest priority is used.")] = 0,
    place: Annotated[PlaceOption, typer.Option(help="Preferred position in the email.")] = PlaceOption.IN_STORY,
    story: Annotated[int, typer.Option(min=1, help="Story to place it in or after, counted from 1.")] = 1,
    paragraph: Annotated[
        int, typer.Option(min=1, help="Paragraph of that story to place it after, counted from 1.")
    ] = 2,
    by: By = "",
    json: Json = False,
) -> None:
    """Add an appeal.

    Each email has the appeal with the highest priority that is active on that day.

    Example: newsletter appeals add --name Winter --heading "Readers fund us" --button "Support us" --url https://…
    """
    from newsletter.giving import edit_appeal

    target = lookups.publication(publication)
    ends_at = datetimes.parse_datetime(match_ends, field="--match-ends", zone=target.time_zone) if match_ends else None
    fields: dict[str, Any] = {
        "lead": lead,
        "points": point or [],
        "closing": closing,
        "amounts": amount or [],
        "currency": currency,
        "amount_url": amount_url,
        "goal": goal,
        "raised": raised,
        "raised_on": datetimes.parse_date(as_of, field="--as-of") if as_of else None,
        "match": match,
        "match_ends_at": ends_at,
        "thanks_heading": thanks_heading,
        "thanks_lead": thanks_lead,
        "thanks_days": thanks_days,
        "starts_on": datetimes.parse_date(starts, field="--starts") if starts else None,
        "ends_on": datetimes.parse_date(ends, field="--ends") if ends else None,
        "priority": priority,
        "place": place.value,
        "story_number": story,
        "paragraph_number": paragraph,
    }
    made = edit_appeal.create_appeal(
        target, name=name, heading=heading, button=button, url=url, by=_person(by, target), **fields
    )
    _show(made, json=json)


@app.command("list")
def list_(
    publication: Publication = "",
    all_: Annotated[bool, typer.Option("--all", help="Include retired appeals.")] = False,
    json: Json = False,
) -> None:
    """List appeals, highest priority first."""
    from newsletter.giving.models import Appeal

    rows = Appeal.objects.filter(publication=lookups.publication(publication)).select_related("publication")
    found = list(rows if all_ else rows.filter(is_active=True))
    if json:
        output.print_json([json_shapes.appeal(appeal) for appeal in found])
        return
    output.print_table(
        ["appeal", "name", "heading", "from", "to", "priority", "position", "active"],
        [[a.pk, a.name, a.heading, a.starts_on, a.ends_on, a.priority, _position(a), a.is_active] for a in found],
    )


@app.command("show")
def show_one(appeal: AppealId, json: Json = False) -> None:
    """Show an appeal."""
    _show(lookups.appeal(appeal), json=json)


@app.command("set")
def set_(appeal: AppealId, assignments: Assignments, by: By = "", json: Json = False) -> None:
    """Change fields of an appeal.

    Separate amounts or points with |, as in amounts="10|25|50". An empty value clears the field.

    Example: newsletter appeals set 3 raised=41250 raised_on=2026-11-22
    """
    from newsletter.giving import edit_appeal

    row = lookups.appeal(appeal)
    changes = field_assignments.parse_assignments(
        assignments, lambda name, text: _value(row, name, text), example="raised=41250"
    )
    _show(edit_appeal.update_appeal(row, by=_person(by, row.publication_id), **changes), json=json)


@app.command()
def platforms(json: Json = False) -> None:
    """List the link formats of donation platforms.

    Use a format as --amount-url. Try the link before you send it.
    """
    from newsletter.giving.donation_urls import PLATFORMS

    if json:
        output.print_json([platform._asdict() for platform in PLATFORMS.values()])
        return
    output.print_table(["platform", "link", "source"], [[p.name, p.template, p.source] for p in PLATFORMS.values()])


@app.command()
def retire(appeal: AppealId, by: By = "", json: Json = False) -> None:
    """Retire an appeal. Emails already sent keep it."""
    from newsletter.giving import edit_appeal

    row = lookups.appeal(appeal)
    _show(edit_appeal.retire(row, by=_person(by, row.publication_id)), json=json)


def show(appeal: Appeal) -> None:
    """Print an appeal."""
    output.print_fields(
        [
            ("appeal", f"{appeal.pk} of {appeal.publication.slug}"),
            ("name", appeal.name),
            ("heading", appeal.heading),
            ("lead", appeal.lead),
            ("points", "\n".join(f"- {point}" for point in appeal.points)),
            ("closing", appeal.closing),
            ("raised", _raised(appeal)),
            ("match", appeal.match),
            ("match ends", appeal.match_ends_at and datetimes.format_local(appeal.match_ends_at, appeal.publication)),
            ("amounts", ", ".join(f"{amount:,} {appeal.currency}" for amount in appeal.amounts)),
            ("amount link", appeal.amount_url),
            ("button", appeal.button),
            ("link", appeal.url),
            ("thank-you", f"for {appeal.thanks_days} days after a gift" if appeal.thanks_days else "off"),
            ("thank-you heading", appeal.thanks_heading),
            ("thank-you text", appeal.thanks_lead),
            ("position", _position(appeal)),
            ("active", appeal.is_active),
        ]
    )


def _show(appeal: Appeal, *, json: bool) -> None:
    if json:
        output.print_json(json_shapes.appeal(appeal))
    else:
        show(appeal)


def _person(by: str, publication: Model | int | None) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.APPROVE, publication=publication)


def _raised(appeal: Appeal) -> str:
    if appeal.goal is None or appeal.raised is None:
        return ""
    return f"{appeal.raised:,} of {appeal.goal:,} {appeal.currency}, as of {appeal.raised_on}"


def _value(appeal: Appeal, name: str, text: str) -> Any:
    """Return `text` as the value of field `name`. Times are in the publication's time zone."""
    if name == "points":
        return field_assignments.split_list(text, separator="|")
    if name == "amounts":
        return [int(part) if part.isdecimal() else part for part in field_assignments.split_list(text, separator="|")]
    if name == "match_ends_at" and text:
        return datetimes.parse_datetime(text, field=name, zone=appeal.publication.time_zone)
    return field_assignments.parse_field_value(type(appeal), name, text, fixed=FIXED)


def _position(appeal: Appeal) -> str:
    match appeal.place:
        case PlaceOption.IN_STORY:
            return f"after paragraph {appeal.paragraph_number} of story {appeal.story_number}"
        case PlaceOption.BETWEEN:
            return f"after story {appeal.story_number}"
    return "after the last story"
