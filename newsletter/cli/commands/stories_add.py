"""newsletter stories add: from options, a link (`stories_add_url.py`) or copied text (`stories_add_pasted.py`)."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.commands import stories_add_pasted, stories_add_url
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
    url: Annotated[str, typer.Option(help="Link to the article. Required.")] = "",
    headline: Annotated[
        str, typer.Option(help="Headline. Without it and a body, the page is read.", show_default=False)
    ] = "",
    body: Annotated[
        str,
        typer.Option(metavar="TEXT", help="Paragraphs separated by blank lines, or simple HTML.", show_default=False),
    ] = "",
    body_file: Annotated[
        str, typer.Option(metavar="FILE", help="Read the body from a file; - is stdin.", show_default=False)
    ] = "",
    paste: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="Text copied from the web page of the article; - is stdin.", show_default=False
        ),
    ] = "",
    line_type: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LINE=TYPE",
            help="With --paste: correct the type of a line, as in 3=paragraph; repeat for more.",
            show_default=False,
        ),
    ] = None,
    keep_appeal: Annotated[
        bool | None,
        typer.Option(
            "--keep-appeal/--no-keep-appeal",
            help="With --paste: save the appeal found in the text, or discard it.",
            show_default="asks",
        ),
    ] = None,
    appeal_url: Annotated[
        str, typer.Option(metavar="URL", help="With --keep-appeal: link of the appeal button.", show_default=False)
    ] = "",
    appeal_button: Annotated[
        str, typer.Option(metavar="TEXT", help="With --keep-appeal: label of the appeal button.", show_default=False)
    ] = "",
    kicker: Annotated[str, typer.Option(help="Short label above the headline.", show_default=False)] = "",
    byline: Annotated[str, typer.Option(help="Name of the author, without “by”.", show_default=False)] = "",
    source: Annotated[str, typer.Option(help="Publisher of the article.", show_default=False)] = "",
    kind: Annotated[
        str,
        typer.Option(
            help="Size in the email: lead, story or short. Default: chosen by the layout.", show_default=False
        ),
    ] = "",
    section: Annotated[str, typer.Option(help="Section heading above the story.", show_default=False)] = "",
    quote: Annotated[
        str, typer.Option(help="Pull quote: a sentence of the article, set large.", show_default=False)
    ] = "",
    quote_by: Annotated[str, typer.Option(help="Speaker of the quote.", show_default=False)] = "",
    picture: Annotated[str, typer.Option(metavar="FILE", help="Image file; - is stdin.", show_default=False)] = "",
    picture_url: Annotated[
        str, typer.Option(help="Image URL; the workers download the image.", show_default=False)
    ] = "",
    picture_alt: Annotated[str, typer.Option(help="Alt text: what the image shows.", show_default=False)] = "",
    picture_decorative: Annotated[
        bool, typer.Option("--picture-decorative", help="Mark the image as decorative: it needs no alt text.")
    ] = False,
    picture_credit: Annotated[str, typer.Option(help="Credit of the image.", show_default=False)] = "",
    language: Annotated[
        str, typer.Option(help="Language tag: ar, he, de. Default: that of the publication.", show_default=False)
    ] = "",
    direction: Annotated[
        str, typer.Option(help="Text direction: ltr or rtl. Default: from the language.", show_default=False)
    ] = "",
    sensitive: Annotated[
        bool, typer.Option("--sensitive", help="Sensitive story: place no appeal next to it.")
    ] = False,
    embargo: Annotated[
        str, typer.Option(metavar="TIME", help="Do not send before: 2026-12-01T06:00.", show_default=False)
    ] = "",
    expires: Annotated[
        str, typer.Option(metavar="TIME", help="Do not send after: 2026-12-24T18:00.", show_default=False)
    ] = "",
    allow_duplicate: Annotated[
        bool, typer.Option("--allow-duplicate", help="Allow a link that was queued before.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Add a story to the end of the queue.

    With a link alone, the command reads the page and prints each field with its origin. Other options override fields.

    With --paste, the command detects headline, byline, paragraphs and a donation appeal in copied text.

    Example: newsletter stories add --url https://… --headline "…" --body "…"

    Example: newsletter stories add --url https://…

    Example: newsletter stories add --url https://… --paste copied.txt
    """
    target = lookups.publication(publication)
    if not url:
        raise BadInput("--url", "is missing.", "Give the link to the article.")
    options: dict[str, Any] = {
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
        "embargo_until": datetimes.parse_datetime(embargo, field="--embargo", zone=target.time_zone)
        if embargo
        else None,
        "expires_at": datetimes.parse_datetime(expires, field="--expires", zone=target.time_zone) if expires else None,
        "again": allow_duplicate,
    }
    fields = {name: value for name, value in options.items() if value not in ("", None, False)}
    if sum(map(bool, (body, body_file, paste))) > 1:
        raise BadInput("--body, --body-file and --paste", "cannot be given together.", "Give one of them.")
    if picture:
        fields["picture"] = _save_picture(picture)
    if paste:
        appeal = stories_add_pasted.AppealOptions(keep_appeal, appeal_url, appeal_button)
        story, details = stories_add_pasted.add(
            target,
            input_files.read_text(paste),
            url=url,
            line_types=line_type or [],
            appeal_options=appeal,
            yes=yes,
            fields=fields,
        )
        print_story(story, json=json, extra={"pasted": details})
        return
    if line_type or appeal_url or appeal_button or keep_appeal is not None:
        raise BadInput("--line-type and --keep-appeal", "need --paste.")
    if not (headline or body or body_file):
        story, found = stories_add_url.add(target, url, fields=fields, yes=yes)
        print_story(story, json=json, extra={"read": found})
        return
    print_story(
        _add(target, url=url, body=body or (input_files.read_text(body_file) if body_file else ""), fields=fields),
        json=json,
    )


def _save_picture(file: str) -> Picture:
    """Encode and store the picture in `file`."""
    from newsletter.pictures import import_pictures
    from newsletter.pictures.fetch_picture import MAX_FILE_BYTES
    from newsletter.pictures.models import Use

    with input_files.open_input(file) as data:
        return import_pictures.save_upload(data.read(MAX_FILE_BYTES + 1), Use.STORY, now=clock.now())


def _add(publication: Publication_, *, url: str, body: str, fields: dict[str, Any]) -> Story:
    from newsletter.stories import story_queue
    from newsletter.stories.rich_text import rich_text

    html = body if "</" in body else rich_text.from_plain(body)
    return story_queue.add(publication, url=url, body=html, **({"headline": ""} | fields))
