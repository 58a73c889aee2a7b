"""newsletter appeals: add, list, show, set, retire, and how platforms take an amount."""

from __future__ import annotations  # models are imported inside, once Django is set up

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.support import datetimes, field_assignments, json_shapes, lookups, output
from newsletter.cli.support.options import AppealId, Json, Publication
from newsletter.cli.support.typer_app import Commands

if TYPE_CHECKING:
    from newsletter.giving.models import Appeal

FIXED = frozenset({"id", "publication", "created_at"})
Assignments = Annotated[
    list[str], typer.Argument(metavar="NAME=VALUE…", help="Fields as `appeals show --json` names them.")
]

app = Commands(help="Appeals: the donation calls-to-action that stand in letters.")


class Place(StrEnum):
    """The places of `giving.models`, which cannot be imported before Django is set up."""

    IN_STORY = "in-story"
    BETWEEN = "between"
    END = "end"


@app.command()
def add(
    *,
    name: Annotated[str, typer.Option(help="What the newsroom calls it; readers do not see it.")],
    heading: Annotated[str, typer.Option(help="Its heading.")],
    button: Annotated[str, typer.Option(help="A verb and a thing: Support this reporting.")],
    url: Annotated[str, typer.Option(help="Where the button leads.")],
    publication: Publication = "",
    lead: Annotated[str, typer.Option(help="One or two sentences before the points.", show_default=False)] = "",
    point: Annotated[
        list[str] | None, typer.Option(metavar="LINE", help="A short line; give it again for each.", show_default=False)
    ] = None,
    closing: Annotated[str, typer.Option(help="After the points.", show_default=False)] = "",
    amount: Annotated[
        list[int] | None,
        typer.Option(min=1, help="A button of this whole amount; give it up to three times.", show_default=False),
    ] = None,
    currency: Annotated[str, typer.Option(help="Of all sums: USD, EUR, GBP.")] = "USD",
    amount_url: Annotated[
        str,
        typer.Option(metavar="URL", help="Where they lead, with {amount} in it: see `platforms`.", show_default=False),
    ] = "",
    goal: Annotated[int | None, typer.Option(min=1, help="What is to be raised.", show_default=False)] = None,
    raised: Annotated[int | None, typer.Option(min=0, help="What was given by --as-of.", show_default=False)] = None,
    as_of: Annotated[str, typer.Option(metavar="DAY", help="The day of that figure.", show_default=False)] = "",
    match: Annotated[str, typer.Option(help="Who doubles gifts, up to what.", show_default=False)] = "",
    match_ends: Annotated[
        str, typer.Option(metavar="MOMENT", help="When the match is over: 2026-12-31T23:59.", show_default=False)
    ] = "",
    thanks_heading: Annotated[
        str, typer.Option(help="For who gave lately, in place of the heading.", show_default="our words")
    ] = "",
    thanks_lead: Annotated[str, typer.Option(help="Below it.", show_default="our words")] = "",
    thanks_days: Annotated[
        int, typer.Option(min=0, help="So many days after a gift its giver is thanked and not asked; 0: never.")
    ] = 30,
    starts: Annotated[str, typer.Option(metavar="DAY", help="First day: 2026-12-01.", show_default=False)] = "",
    ends: Annotated[str, typer.Option(metavar="DAY", help="Last day.", show_default=False)] = "",
    priority: Annotated[int, typer.Option(help="The highest that is active is chosen.")] = 0,
    place: Annotated[Place, typer.Option(help="Where it would like to stand.")] = Place.IN_STORY,
    story: Annotated[int, typer.Option(min=1, help="In or after which story, counted from 1.")] = 1,
    paragraph: Annotated[int, typer.Option(min=1, help="After which paragraph of it, counted from 1.")] = 2,
    json: Json = False,
) -> None:
    """Add an appeal. The one with the highest priority that is active on the day stands in the letter."""
    from newsletter.giving import edit_appeal

    meant = lookups.publication(publication)
    ends_at = datetimes.moment(match_ends, field="--match-ends", zone=meant.time_zone) if match_ends else None
    fields: dict[str, Any] = {
        "lead": lead,
        "points": point or [],
        "closing": closing,
        "amounts": amount or [],
        "currency": currency,
        "amount_url": amount_url,
        "goal": goal,
        "raised": raised,
        "raised_on": datetimes.day(as_of, field="--as-of") if as_of else None,
        "match": match,
        "match_ends_at": ends_at,
        "thanks_heading": thanks_heading,
        "thanks_lead": thanks_lead,
        "thanks_days": thanks_days,
        "starts_on": datetimes.day(starts, field="--starts") if starts else None,
        "ends_on": datetimes.day(ends, field="--ends") if ends else None,
        "priority": priority,
        "place": place.value,
        "story_number": story,
        "paragraph_number": paragraph,
    }
    _show(edit_appeal.create_appeal(meant, name=name, heading=heading, button=button, url=url, **fields), json=json)


@app.command("list")
def list_(
    publication: Publication = "",
    all_: Annotated[bool, typer.Option("--all", help="Also those that were retired.")] = False,
    json: Json = False,
) -> None:
    """List appeals, the one that is chosen first on top."""
    from newsletter.giving.models import Appeal

    rows = Appeal.objects.filter(publication=lookups.publication(publication)).select_related("publication")
    found = list(rows if all_ else rows.filter(is_active=True))
    if json:
        output.data([json_shapes.appeal(appeal) for appeal in found])
        return
    output.table(
        ["appeal", "name", "heading", "from", "to", "priority", "place", "active"],
        [[a.pk, a.name, a.heading, a.starts_on, a.ends_on, a.priority, _where(a), a.is_active] for a in found],
    )


@app.command("show")
def show_one(appeal: AppealId, json: Json = False) -> None:
    """Show everything about an appeal."""
    _show(lookups.appeal(appeal), json=json)


@app.command("set")
def set_(appeal: AppealId, assignments: Assignments, json: Json = False) -> None:
    """Change fields: newsletter appeals set 3 raised=41250 raised_on=2026-11-22

    Several amounts or points are parted by |, as in amounts="10|25|50". Nothing behind = empties a field.
    """
    from newsletter.giving import edit_appeal

    meant = lookups.appeal(appeal)
    changes = field_assignments.parse_assignments(
        assignments, lambda name, text: _value(meant, name, text), example="raised=41250"
    )
    _show(edit_appeal.update_appeal(meant, **changes), json=json)


@app.command()
def platforms(json: Json = False) -> None:
    """List how known donation platforms take an amount. Try a link with one click before you send it."""
    from newsletter.giving.donation_platforms import PLATFORMS

    if json:
        output.data([platform._asdict() for platform in PLATFORMS.values()])
        return
    output.table(["platform", "address", "how surely"], [[p.name, p.template, p.source] for p in PLATFORMS.values()])


@app.command()
def retire(appeal: AppealId, json: Json = False) -> None:
    """Take an appeal out of use; letters that have left keep it."""
    from newsletter.giving import edit_appeal

    _show(edit_appeal.retire(lookups.appeal(appeal)), json=json)


def show(appeal: Appeal) -> None:
    """One appeal as people read it."""
    output.print_fields(
        [
            ("appeal", f"{appeal.pk} of {appeal.publication.slug}"),
            ("name", appeal.name),
            ("heading", appeal.heading),
            ("lead", appeal.lead),
            ("points", "\n".join(f"- {point}" for point in appeal.points)),
            ("closing", appeal.closing),
            ("given", _given(appeal)),
            ("match", appeal.match),
            ("match ends", appeal.match_ends_at and datetimes.local(appeal.match_ends_at, appeal.publication)),
            ("amounts", ", ".join(f"{amount:,} {appeal.currency}" for amount in appeal.amounts)),
            ("lead to", appeal.amount_url),
            ("button", appeal.button),
            ("leads to", appeal.url),
            ("thanks", f"{appeal.thanks_days} days after a gift" if appeal.thanks_days else "nobody"),
            ("thanks heading", appeal.thanks_heading),
            ("thanks lead", appeal.thanks_lead),
            ("place", _where(appeal)),
            ("active", appeal.is_active),
        ]
    )


def _show(appeal: Appeal, *, json: bool) -> None:
    if json:
        output.data(json_shapes.appeal(appeal))
    else:
        show(appeal)


def _given(appeal: Appeal) -> str:
    if appeal.goal is None or appeal.raised is None:
        return ""
    return f"{appeal.raised:,} of {appeal.goal:,} {appeal.currency}, as of {appeal.raised_on}"


def _value(appeal: Appeal, name: str, text: str) -> Any:
    """`text` as the value of the appeal's field `name`; moments are on the publication's clock."""
    if name == "points":
        return field_assignments.split_list(text, by="|")
    if name == "amounts":
        return [int(part) if part.isdecimal() else part for part in field_assignments.split_list(text, by="|")]
    if name == "match_ends_at" and text:
        return datetimes.moment(text, field=name, zone=appeal.publication.time_zone)
    return field_assignments.value(type(appeal), name, text, fixed=FIXED)


def _where(appeal: Appeal) -> str:
    match appeal.place:
        case Place.IN_STORY:
            return f"after paragraph {appeal.paragraph_number} of story {appeal.story_number}"
        case Place.BETWEEN:
            return f"after story {appeal.story_number}"
    return "after the last story"
