"""newsletter stories add: a story from options, or from text copied from a web page (`stories_add_pasted.py`)."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.commands import stories_add_pasted
from newsletter.cli.commands.stories import app, print_story
from newsletter.cli.support import datetimes, input_files, lookups
from newsletter.cli.support.options import Json, Publication, Yes
from newsletter.lib import clock
from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from newsletter.pictures.models import Picture
    from newsletter.publications.models import Publication as Publication_
    from newsletter.stories.models import Story


@app.command()
def add(
    *,
    publication: Publication = "",
    url: Annotated[str, typer.Option(help="The article's address.")] = "",
    headline: Annotated[str, typer.Option(help="Not needed with --paste.", show_default=False)] = "",
    body: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help="The paragraphs, a blank line between them, or simple HTML.", show_default=False
        ),
    ] = "",
    body_file: Annotated[
        str, typer.Option(metavar="FILE", help="The same from a file; - is stdin.", show_default=False)
    ] = "",
    paste: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="Text as copied from the article's web page; - is stdin.", show_default=False
        ),
    ] = "",
    take: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LINE=PART",
            help="With --paste: take this line for that part, whatever it looks like.",
            show_default=False,
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
    appeal_url: Annotated[
        str, typer.Option(metavar="URL", help="With --keep-appeal: where its button leads.", show_default=False)
    ] = "",
    appeal_button: Annotated[
        str, typer.Option(metavar="WORDS", help="With --keep-appeal: the words on its button.", show_default=False)
    ] = "",
    kicker: Annotated[str, typer.Option(help="A word or two above the headline.", show_default=False)] = "",
    byline: Annotated[str, typer.Option(help="The author's name, without “by”.", show_default=False)] = "",
    source: Annotated[str, typer.Option(help="Who published the article.", show_default=False)] = "",
    kind: Annotated[
        str, typer.Option(help="lead, story or short; the look decides if left out.", show_default=False)
    ] = "",
    section: Annotated[str, typer.Option(help="The heading that it stands under.", show_default=False)] = "",
    quote: Annotated[str, typer.Option(help="A sentence of the article, to be set large.", show_default=False)] = "",
    quote_by: Annotated[str, typer.Option(help="Who said it.", show_default=False)] = "",
    picture: Annotated[
        str, typer.Option(metavar="FILE", help="The picture itself; - is stdin.", show_default=False)
    ] = "",
    picture_url: Annotated[
        str, typer.Option(help="Or its address: the workers fetch it and keep it.", show_default=False)
    ] = "",
    picture_alt: Annotated[
        str, typer.Option(help="What it shows, for those who do not see it.", show_default=False)
    ] = "",
    picture_decorative: Annotated[
        bool, typer.Option("--picture-decorative", help="It shows nothing that needs words.")
    ] = False,
    picture_credit: Annotated[str, typer.Option(help="Who made it.", show_default=False)] = "",
    language: Annotated[
        str, typer.Option(help="When it is not the publication's: ar, he, de.", show_default=False)
    ] = "",
    direction: Annotated[
        str, typer.Option(help="ltr or rtl, when the language does not tell.", show_default=False)
    ] = "",
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
    meant = lookups.publication(publication)
    if not url:
        raise BadInput("--url", "is missing.", "Give the article's address.")
    extra: dict[str, Any] = {
        "headline": headline,
        "kicker": kicker,
        "byline": byline,
        "source_name": source,
        "kind": kind,
        "section": section,
        "quote": quote,
        "quote_by": quote_by,
        "picture_url": picture_url,
        "picture_alt": picture_alt,
        "picture_decorative": picture_decorative,
        "picture_credit": picture_credit,
        "language": language,
        "direction": direction,
        "is_sensitive": sensitive,
        "embargo_until": datetimes.moment(embargo, field="--embargo", zone=meant.time_zone) if embargo else None,
        "expires_at": datetimes.moment(expires, field="--expires", zone=meant.time_zone) if expires else None,
        "again": again,
    }
    given = {name: value for name, value in extra.items() if value not in ("", None, False)}
    if sum(map(bool, (body, body_file, paste))) > 1:
        raise BadInput("--body, --body-file and --paste", "cannot be given together.", "Give one of them.")
    if picture:
        given["picture"] = _kept(picture)
    if paste:
        wish = stories_add_pasted.Wish(keep_appeal, appeal_url, appeal_button)
        story, made = stories_add_pasted.add(
            meant, input_files.text(paste), url=url, take=take or [], wish=wish, yes=yes, fields=given
        )
        print_story(story, json=json, more={"pasted": made})
        return
    if take or appeal_url or appeal_button or keep_appeal is not None:
        raise BadInput("--take and --keep-appeal", "go with --paste.")
    print_story(
        _add(meant, url=url, body=body or (input_files.text(body_file) if body_file else ""), fields=given), json=json
    )


def _kept(file: str) -> Picture:
    """The picture in `file`, made fit and stored."""
    from newsletter.pictures import import_pictures
    from newsletter.pictures.models import Use
    from newsletter.pictures.safe_fetch import MAX_FILE_BYTES

    with input_files.opened(file) as data:
        return import_pictures.save_upload(data.read(MAX_FILE_BYTES + 1), Use.STORY, now=clock.now())


def _add(publication: Publication_, *, url: str, body: str, fields: dict[str, Any]) -> Story:
    from newsletter.stories import story_queue
    from newsletter.stories.rich_text import rich_text

    html = body if "</" in body else rich_text.from_plain(body)
    return story_queue.add(publication, url=url, body=html, **({"headline": ""} | fields))
