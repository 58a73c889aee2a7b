"""newsletter stories claim and release: who is working on a story."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.commands.stories import app, print_story
from newsletter.cli.support import lookups, output
from newsletter.cli.support.options import By, Json, StoryId
from newsletter.lib import clock

if TYPE_CHECKING:
    from newsletter.accounts.models import User
    from newsletter.stories.models import Story


@app.command()
def claim(
    story: StoryId,
    over: Annotated[bool, typer.Option("--over", help="Also from a colleague who is on it.")] = False,
    by: By = "",
    json: Json = False,
) -> None:
    """Claim a story: colleagues see who is on it, for half an hour after the last change.

    Example: newsletter stories claim 7 --by cora@example.org
    """
    from newsletter.stories import story_claims

    found = lookups.story(story)
    claimed = story_claims.claim(found, by=_curator(by, found), now=clock.now(), takes_over=over)
    print_story(claimed, json=json, extra={"claimed_by": str(claimed.claimed_by)})
    output.print_note(f"{claimed.claimed_by} is on it.")


@app.command()
def release(story: StoryId, by: By = "", json: Json = False) -> None:
    """End one's own claim of a story."""
    from newsletter.stories import story_claims

    found = lookups.story(story)
    print_story(story_claims.release(found, by=_curator(by, found), now=clock.now()), json=json)


def _curator(by: str, story: Story) -> User:
    from newsletter.accounts.permissions import Permission

    return lookups.person(by, Permission.CURATE, publication=story.publication_id)
