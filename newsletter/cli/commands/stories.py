"""newsletter stories: the story queue of a publication. Adding stories is in `stories_add.py`."""

from __future__ import annotations  # models are imported inside, once Django is set up

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.support import datetimes, json_shapes, lookups, output
from newsletter.cli.support.options import By, Json, Publication, StoryId
from newsletter.cli.support.typer_app import Commands

if TYPE_CHECKING:
    from newsletter.accounts.models import User
    from newsletter.stories.models import Story

app = Commands(help="Manage the story queue.")


class StateOption(StrEnum):
    """Filter of `stories list`."""

    QUEUED = "queued"
    USED = "used"
    DROPPED = "dropped"
    PITCHED = "pitched"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ALL = "all"


@app.command("list")
def list_(
    publication: Publication = "",
    state: Annotated[StateOption, typer.Option(help="Stories to list.")] = StateOption.QUEUED,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Maximum number of rows.")] = 100,
    json: Json = False,
) -> None:
    """List queued stories, in the order in which editions take them."""
    from newsletter.stories import story_queue
    from newsletter.stories.models import Story

    target = lookups.publication(publication)
    rows = Story.objects.filter(publication=target).select_related("publication", "picture")
    places = story_queue.places(target)
    if state is StateOption.QUEUED:
        rows = rows.queued()
    else:
        rows = rows.order_by("-changed_at", "-id")
        if state is not StateOption.ALL:
            rows = rows.filter(state=state.value)
    found = list(rows[:limit])
    if json:
        output.print_json([json_shapes.story(story, place=places.get(story.pk)) for story in found])
        return
    output.print_table(
        ["position", "story", "headline", "source", "state"],
        [[places.get(s.pk, ""), s.pk, s.headline, s.source_name, s.state] for s in found],
    )


@app.command()
def show(story: StoryId, json: Json = False) -> None:
    """Show a story with its text."""
    print_story(lookups.story(story), json=json, with_body=True)


@app.command()
def move(
    story: StoryId,
    to: Annotated[int, typer.Option("--to", min=1, help="New position in the queue, counted from 1.")],
    by: By = "",
    json: Json = False,
) -> None:
    """Move a story to another position in the queue.

    Example: newsletter stories move 7 --to 1
    """
    from newsletter.stories import story_queue

    found = lookups.story(story)
    print_story(story_queue.move(found, to=to, by=_curator(by, found)), json=json)


@app.command()
def drop(story: StoryId, by: By = "", json: Json = False) -> None:
    """Remove a story from the queue. You can restore it."""
    from newsletter.stories import story_queue

    found = lookups.story(story)
    print_story(story_queue.drop(found, by=_curator(by, found)), json=json)


@app.command()
def restore(story: StoryId, by: By = "", json: Json = False) -> None:
    """Return a removed story to the end of the queue."""
    from newsletter.stories import story_queue

    found = lookups.story(story)
    print_story(story_queue.restore(found, by=_curator(by, found)), json=json)


def print_story(story: Story, *, json: bool, with_body: bool = False, extra: dict[str, Any] | None = None) -> None:
    """Print a story. `extra` is added to the JSON shape."""
    from newsletter.stories import order_keys
    from newsletter.stories.rich_text import rich_text

    story = lookups.story(story.pk)
    place = order_keys.place_of(story)
    if json:
        output.print_json(json_shapes.story(story, place=place) | (extra or {}))
        return
    output.print_fields(
        [
            ("story", f"{story.pk} of {story.publication.slug}"),
            ("state", story.state),
            ("position", place),
            ("kind", story.get_kind_display() if story.kind else ""),
            ("section", story.section),
            ("kicker", story.kicker),
            ("headline", story.headline),
            ("byline", story.byline),
            ("source", story.source_name),
            ("link", story.url),
            ("quote", f"{story.quote} ({story.quote_by})" if story.quote_by else story.quote),
            ("picture", _picture(story)),
            ("sensitive", "yes" if story.is_sensitive else ""),
            ("embargo", story.embargo_until and datetimes.format_local(story.embargo_until, story.publication)),
            ("expires", story.expires_at and datetimes.format_local(story.expires_at, story.publication)),
            ("paragraphs", len(rich_text.blocks(story.body))),
        ]
    )
    if with_body:
        output.print_text("\n" + output.printable(rich_text.plain(story.body)))


def _curator(by: str, story: Story) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.CURATE, publication=story.publication_id)


def _picture(story: Story) -> str:
    """Return the URL of the stored picture, or why it is not stored."""
    shape = json_shapes.picture(story.picture)
    if shape is None:
        return story.picture_url
    return shape["address"] or f"{story.picture_url}: {shape['state']} {shape['problem']} {shape['hint']}".rstrip()
