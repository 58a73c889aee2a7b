"""newsletter stories pitches, accept, decline: what contributors propose."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.commands.stories import app, print_story
from newsletter.cli.support import json_shapes, lookups, output
from newsletter.cli.support.options import By, Json, Publication, StoryId
from newsletter.lib import clock

if TYPE_CHECKING:
    from newsletter.accounts.models import User
    from newsletter.stories.models import Story


@app.command()
def pitches(
    publication: Publication = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Maximum number of rows.")] = 100,
    json: Json = False,
) -> None:
    """List the pitches that no curator has decided about, the oldest first."""
    waiting = lookups.publication(publication).stories.all().pitched()
    found = list(waiting.select_related("publication", "picture", "created_by")[:limit])
    if json:
        output.print_json([_shape(story) for story in found])
        return
    output.print_table(
        ["story", "headline", "by", "why"], [[s.pk, s.headline, s.created_by or "", s.pitch] for s in found]
    )


@app.command()
def accept(
    story: StoryId,
    again: Annotated[bool, typer.Option("--again", help="Also if its link is in the queue or in an edition.")] = False,
    by: By = "",
    json: Json = False,
) -> None:
    """Accept a pitch: it goes to the end of the queue, and into the edition that it was pitched for.

    Example: newsletter stories accept 7
    """
    from newsletter.editions import edition_pitches

    found = lookups.story(story)
    done = edition_pitches.accept(found, by=_curator(by, found), again=again, now=clock.now())
    print_story(done.story, json=json)
    if done.edition:
        output.print_note(f"It is in edition {done.edition.pk}.")
    elif done.why_not:
        output.print_note(f"It is not in the edition that it was pitched for. {done.why_not}")


@app.command()
def withdraw(story: StoryId, by: By = "", json: Json = False) -> None:
    """Withdraw one's own pitch that no curator has decided about.

    Example: newsletter stories withdraw 7 --by carl@example.org
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.stories import pitches

    found = lookups.story(story)
    person = lookups.person(by, Permission.PITCH, publication=found.publication_id)
    print_story(pitches.withdraw_pitch(found, by=person), json=json)


@app.command()
def decline(
    story: StoryId,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Reason; its contributor reads it.")],
    by: By = "",
    json: Json = False,
) -> None:
    """Decline a pitch.

    Example: newsletter stories decline 7 --reason "We ran it in May."
    """
    from newsletter.stories import pitches

    found = lookups.story(story)
    print_story(pitches.decline_pitch(found, reason=reason, by=_curator(by, found)), json=json)


def _curator(by: str, story: Story) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.CURATE, publication=story.publication_id)


def _shape(story: Story) -> json_shapes.JsonObject:
    by = story.created_by.email if story.created_by else ""
    return json_shapes.story(story, place=None) | {"pitch": story.pitch, "by": by}
