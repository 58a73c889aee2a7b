"""newsletter stories: the queue of one publication. Pasted text is left to `pasting.py`."""

from __future__ import annotations  # models are imported inside, once Django is set up

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli import choosing, output, pasting, shapes, sources, times
from newsletter.cli.commands import Commands
from newsletter.cli.options import Json, Publication, StoryId, Yes
from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from newsletter.stories.models import Story

app = Commands(help="Stories: fill the queue, order it, take stories out and put them back.")


class Which(StrEnum):
    """Which stories to list."""

    QUEUED = "queued"
    USED = "used"
    DROPPED = "dropped"
    ALL = "all"


@app.command()
def add(  # noqa: PLR0917 — Typer reads the options from the parameters
    publication: Publication = "",
    url: Annotated[str, typer.Option(help="The article's address.")] = "",
    headline: Annotated[str, typer.Option(help="Not needed with --paste.", show_default=False)] = "",
    body: Annotated[
        str, typer.Option(metavar="TEXT", help="The paragraphs, a blank line between them, or simple HTML.", show_default=False)
    ] = "",
    body_file: Annotated[
        str, typer.Option(metavar="FILE", help="The same from a file; - is stdin.", show_default=False)
    ] = "",
    paste: Annotated[
        str,
        typer.Option(metavar="FILE", help="Text as copied from the article's web page; - is stdin.", show_default=False),
    ] = "",
    take: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LINE=PART", help="With --paste: take this line for that part, whatever it looks like.", show_default=False
        ),
    ] = None,
    keep_appeal: Annotated[
        bool | None,
        typer.Option(
            "--keep-appeal/--no-keep-appeal",
            help="With --paste: store the appeal found in the text, or do not.",
            show_default="asks",
        ),
    ] = None,
    kicker: Annotated[str, typer.Option(help="A word or two above the headline.", show_default=False)] = "",
    byline: Annotated[str, typer.Option(help="The author's name, without “by”.", show_default=False)] = "",
    source: Annotated[str, typer.Option(help="Who published the article.", show_default=False)] = "",
    picture_url: Annotated[str, typer.Option(help="Address of the picture.", show_default=False)] = "",
    picture_alt: Annotated[str, typer.Option(help="What it shows, for those who do not see it.", show_default=False)] = "",
    picture_credit: Annotated[str, typer.Option(help="Who made it.", show_default=False)] = "",
    picture_width: Annotated[int | None, typer.Option(help="Of the file, in pixels.", show_default=False)] = None,
    picture_height: Annotated[int | None, typer.Option(help="Of the file, in pixels.", show_default=False)] = None,
    language: Annotated[str, typer.Option(help="When it is not the publication's: ar, he, de.", show_default=False)] = "",
    direction: Annotated[str, typer.Option(help="ltr or rtl, when the language does not tell.", show_default=False)] = "",
    sensitive: Annotated[bool, typer.Option("--sensitive", help="No appeal may stand beside this story.")] = False,
    embargo: Annotated[
        str, typer.Option(metavar="MOMENT", help="Not before then: 2026-12-01T06:00.", show_default=False)
    ] = "",
    expires: Annotated[str, typer.Option(metavar="MOMENT", help="Not after then.", show_default=False)] = "",
    again: Annotated[bool, typer.Option("--again", help="Even though this link was queued before.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Put a story at the end of the queue.

    newsletter stories add --url https://… --headline "…" --body "…"
    newsletter stories add --url https://… --paste copied.txt
    """
    meant = choosing.publication(publication)
    if not url:
        raise BadInput("--url", "is missing.", "Give the article's address.")
    extra: dict[str, Any] = {
        "kicker": kicker,
        "byline": byline,
        "source_name": source,
        "picture_url": picture_url,
        "picture_alt": picture_alt,
        "picture_credit": picture_credit,
        "picture_width": picture_width,
        "picture_height": picture_height,
        "language": language,
        "direction": direction,
        "is_sensitive": sensitive,
        "embargo_until": times.moment(embargo, field="--embargo", zone=meant.time_zone) if embargo else None,
        "expires_at": times.moment(expires, field="--expires", zone=meant.time_zone) if expires else None,
        "again": again,
    }
    given = {name: value for name, value in extra.items() if value not in ("", None, False)}
    if paste:
        if body or body_file:
            raise BadInput("--paste", "and --body cannot both be given.", "The pasted text is the body.")
        story = pasting.add(
            meant, sources.text(paste), url=url, headline=headline, take=take or [], keep_appeal=keep_appeal, yes=yes, fields=given
        )
    else:
        if take or keep_appeal is not None:
            raise BadInput("--take and --keep-appeal", "go with --paste.")
        story = _add(meant, url=url, headline=headline, body=body or (sources.text(body_file) if body_file else ""), fields=given)
    _show(story, json=json)


@app.command("list")
def list_(
    publication: Publication = "",
    state: Annotated[Which, typer.Option(help="Which stories.")] = Which.QUEUED,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 100,
    json: Json = False,
) -> None:
    """List the stories that wait, in the order in which they will be taken."""
    from newsletter.stories.models import Story

    rows = Story.objects.filter(publication=choosing.publication(publication)).select_related("publication")
    if state is Which.QUEUED:
        rows = rows.queued()
    else:
        rows = rows.order_by("-changed_at", "-id")
        if state is not Which.ALL:
            rows = rows.filter(state=state.value)
    found = list(rows[:limit])
    if json:
        output.data([shapes.story(story) for story in found])
        return
    output.table(
        ["place", "story", "headline", "source", "state"],
        [[place if s.state == "queued" else "", s.pk, s.headline, s.source_name, s.state] for place, s in enumerate(found, 1)],
    )


@app.command()
def show(story: StoryId, json: Json = False) -> None:
    """Show one story with its paragraphs."""
    _show(choosing.story(story), json=json, with_body=True)


@app.command()
def move(
    story: StoryId,
    to: Annotated[int, typer.Option("--to", min=1, help="Its new place in the queue, counted from 1.")],
    json: Json = False,
) -> None:
    """Move a story to another place in the queue."""
    from newsletter.stories import queue

    _show(queue.move(choosing.story(story), to=to), json=json)


@app.command()
def drop(story: StoryId, json: Json = False) -> None:
    """Take a story out of the queue; it is kept and can be restored."""
    from newsletter.stories import queue

    _show(queue.drop(choosing.story(story)), json=json)


@app.command()
def restore(story: StoryId, json: Json = False) -> None:
    """Put a dropped story back, at the end of the queue."""
    from newsletter.stories import queue

    _show(queue.restore(choosing.story(story)), json=json)


def _add(publication: Any, *, url: str, headline: str, body: str, fields: dict[str, Any]) -> Story:
    from newsletter.stories import queue, richtext

    html = body if "</" in body else richtext.from_plain(body)
    return queue.add(publication, headline=headline, url=url, body=html, **fields)


def _show(story: Story, *, json: bool, with_body: bool = False) -> None:
    from newsletter.stories import richtext

    if json:
        output.data(shapes.story(story))
        return
    output.facts(
        [
            ("story", f"{story.pk} of {story.publication.slug}"),
            ("state", story.state),
            ("place", _place(story)),
            ("kicker", story.kicker),
            ("headline", story.headline),
            ("byline", story.byline),
            ("source", story.source_name),
            ("link", story.url),
            ("picture", story.picture_url),
            ("sensitive", "yes" if story.is_sensitive else ""),
            ("embargo", story.embargo_until and times.local(story.embargo_until, story.publication)),
            ("expires", story.expires_at and times.local(story.expires_at, story.publication)),
            ("paragraphs", len(richtext.blocks(story.body))),
        ]
    )
    if with_body:
        output.text("\n" + output.printable(richtext.plain(story.body)))


def _place(story: Story) -> int | None:
    """Its place among those that wait, counted from 1."""
    from newsletter.stories.models import Story

    waiting = list(Story.objects.filter(publication=story.publication).queued().values_list("pk", flat=True))
    return waiting.index(story.pk) + 1 if story.pk in waiting else None
