"""newsletter appeals: add, list, retire."""

from __future__ import annotations  # models are imported inside, once Django is set up

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli import choosing, output, shapes, times
from newsletter.cli.commands import Commands
from newsletter.cli.options import AppealId, Json, Publication

if TYPE_CHECKING:
    from newsletter.giving.models import Appeal

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
    starts: Annotated[str, typer.Option(metavar="DAY", help="First day: 2026-12-01.", show_default=False)] = "",
    ends: Annotated[str, typer.Option(metavar="DAY", help="Last day.", show_default=False)] = "",
    priority: Annotated[int, typer.Option(help="The highest that is active is chosen.")] = 0,
    place: Annotated[Place, typer.Option(help="Where it would like to stand.")] = Place.IN_STORY,
    story: Annotated[int, typer.Option(min=1, help="In or after which story, counted from 1.")] = 1,
    paragraph: Annotated[int, typer.Option(min=1, help="After which paragraph of it, counted from 1.")] = 2,
    json: Json = False,
) -> None:
    """Add an appeal. The one with the highest priority that is active on the day stands in the letter."""
    from newsletter.giving import appeals

    fields: dict[str, Any] = {
        "lead": lead,
        "points": point or [],
        "closing": closing,
        "starts_on": times.day(starts, field="--starts") if starts else None,
        "ends_on": times.day(ends, field="--ends") if ends else None,
        "priority": priority,
        "place": place.value,
        "story_number": story,
        "paragraph_number": paragraph,
    }
    meant = choosing.publication(publication)
    _show(appeals.add(meant, name=name, heading=heading, button=button, url=url, **fields), json=json)


@app.command("list")
def list_(
    publication: Publication = "",
    all_: Annotated[bool, typer.Option("--all", help="Also those that were retired.")] = False,
    json: Json = False,
) -> None:
    """List appeals, the one that is chosen first on top."""
    from newsletter.giving.models import Appeal

    rows = Appeal.objects.filter(publication=choosing.publication(publication)).select_related("publication")
    found = list(rows if all_ else rows.filter(is_active=True))
    if json:
        output.data([shapes.appeal(appeal) for appeal in found])
        return
    output.table(
        ["appeal", "name", "heading", "from", "to", "priority", "place", "active"],
        [[a.pk, a.name, a.heading, a.starts_on, a.ends_on, a.priority, _where(a), a.is_active] for a in found],
    )


@app.command()
def retire(appeal: AppealId, json: Json = False) -> None:
    """Take an appeal out of use; letters that have left keep it."""
    from newsletter.giving import appeals

    _show(appeals.retire(choosing.appeal(appeal)), json=json)


def show(appeal: Appeal) -> None:
    """One appeal as people read it."""
    output.facts(
        [
            ("appeal", f"{appeal.pk} of {appeal.publication.slug}"),
            ("name", appeal.name),
            ("heading", appeal.heading),
            ("lead", appeal.lead),
            ("points", "\n".join(f"- {point}" for point in appeal.points)),
            ("closing", appeal.closing),
            ("button", appeal.button),
            ("leads to", appeal.url),
            ("place", _where(appeal)),
            ("active", appeal.is_active),
        ]
    )


def _show(appeal: Appeal, *, json: bool) -> None:
    if json:
        output.data(shapes.appeal(appeal))
    else:
        show(appeal)


def _where(appeal: Appeal) -> str:
    match appeal.place:
        case Place.IN_STORY:
            return f"after paragraph {appeal.paragraph_number} of story {appeal.story_number}"
        case Place.BETWEEN:
            return f"after story {appeal.story_number}"
    return "after the last story"
