"""newsletter editions stories, pick and take-out: the stories of an edition before it is assembled."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.commands.editions import app
from newsletter.cli.support import lookups, output
from newsletter.cli.support.options import By, EditionId, Json, StoryId
from newsletter.lib import clock

if TYPE_CHECKING:
    from newsletter.accounts.models import User
    from newsletter.editions.models import Edition


@app.command()
def stories(edition: EditionId, json: Json = False) -> None:
    """List the stories of a planned edition in order: picked ones, and those that fill it automatically."""
    _print_stories(lookups.edition(edition), json=json)


@app.command()
def pick(  # noqa: PLR0917 — Typer reads them as options
    edition: EditionId,
    story: StoryId,
    section: Annotated[
        str, typer.Option("--section", help="Put it at the end of this section.", show_default=False)
    ] = "",
    after: Annotated[
        int, typer.Option("--after", metavar="STORY", help="Put it directly after this story.", show_default=False)
    ] = 0,
    lead: Annotated[bool, typer.Option("--lead", help="Make it the lead, above all sections.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also after the closing time of the edition.")] = False,
    by: By = "",
    json: Json = False,
) -> None:
    """Put a queued story into a planned edition, or move it there.

    After the closing time of the edition it goes to the following one, unless you give --anyway.

    Example: newsletter editions pick 12 340 --section City
    """
    from newsletter.editions import edition_picks
    from newsletter.editions.story_order import Spot

    found, person, now = lookups.edition(edition), _person(by, edition), clock.now()
    chosen = lookups.story(story)
    if anyway:
        done = edition_picks.place_anyway(found, chosen, by=_person(by, edition, may_approve=True), now=now)
    if lead:
        done = edition_picks.make_lead(found, chosen, by=person, now=now)
    elif after or section or not anyway:
        spot = (
            Spot(beside=after, is_after=True) if after else Spot(section=section) if section else edition_picks.AT_END
        )
        done = edition_picks.place(found, chosen, spot, by=person, now=now)
    if done.edition.pk != found.pk:
        output.print_note(f"Edition {found.pk} takes no more stories. The story is in edition {done.edition.pk}.")
    _print_stories(done.edition, json=json)


@app.command("take-out")
def take_out(edition: EditionId, story: StoryId, by: By = "", json: Json = False) -> None:
    """Take a story out of a planned edition, which is not filled with it either. It stays in the queue."""
    from newsletter.editions import edition_picks

    found, person = lookups.edition(edition), _person(by, edition)
    edition_picks.take_out(found, lookups.story(story), by=person, now=clock.now())
    _print_stories(found, json=json)


def _person(by: str, edition: int, *, may_approve: bool = False) -> User | None:
    from newsletter.accounts.permissions import Permission

    permission = Permission.APPROVE if may_approve else Permission.CURATE
    return lookups.person_if_known(by, permission, publication=lookups.edition(edition).publication_id)


def _print_stories(edition: Edition, *, json: bool) -> None:
    """Print the stories that the edition would have if it were assembled now."""
    from newsletter.editions.edition_stories import planned_stories

    rows = [
        {
            "story": each.story.pk,
            "headline": each.story.headline,
            "section": each.story.section,
            "kind": each.story.kind,
            "picked": each.pick is not None,
            "left_out": each.why_not,
        }
        for each in planned_stories(edition, now=clock.now())
    ]
    if json:
        output.print_json(rows)
        return
    output.print_table(
        ["story", "headline", "section", "kind", "", "left out"],
        [
            [
                row["story"],
                row["headline"],
                row["section"],
                row["kind"],
                "picked" if row["picked"] else "automatic",
                row["left_out"],
            ]
            for row in rows
        ],
    )
