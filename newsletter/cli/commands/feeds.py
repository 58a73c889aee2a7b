"""newsletter feeds: the feeds of a publication, whose articles are suggested for the story queue."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsletter.cli.support import datetimes, field_assignments, json_shapes, lookups, output
from newsletter.cli.support.options import By, FeedId, Json, Publication, Yes
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState
from newsletter.lib.safe_connection import PUBLIC_ONLY, FetchPolicy

if TYPE_CHECKING:
    from django.db.models import Model

    from newsletter.accounts.models import User
    from newsletter.stories.feed_models import Feed

SETTABLE = ("url", "section", "kicker", "auto_queue", "max_suggestions", "max_age_days")
Assignments = Annotated[list[str], typer.Argument(metavar="NAME=VALUE…", help=f"Fields to set: {', '.join(SETTABLE)}.")]

app = Commands(help="Manage feeds, whose articles are suggested for the story queue.")


@app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of an RSS, Atom or JSON feed.")],
    *,
    publication: Publication = "",
    section: Annotated[str, typer.Option(help="Section of its stories.", show_default=False)] = "",
    kicker: Annotated[str, typer.Option(help="Kicker of its stories.", show_default=False)] = "",
    auto_queue: Annotated[bool, typer.Option("--auto-queue", help="Add new articles to the queue at once.")] = False,
    max_suggestions: Annotated[int, typer.Option(help="Suggestions kept at most.")] = 20,
    max_age_days: Annotated[int, typer.Option(help="Older articles are not suggested.")] = 7,
    by: By = "",
    json: Json = False,
) -> None:
    """Add a feed. A worker reads it within seconds.

    Example: newsletter feeds add https://example.org/feed/
    """
    from newsletter.stories.feeds import edit_feed

    rules: dict[str, Any] = {"section": section, "kicker": kicker, "auto_queue": auto_queue}
    rules |= {"max_suggestions": max_suggestions, "max_age_days": max_age_days}
    target = lookups.publication(publication)
    _show(edit_feed.add_feed(target, url=url, by=_person(by, target), **rules), json=json)


@app.command("list")
def list_(publication: Publication = "", json: Json = False) -> None:
    """List the feeds of a publication, with what is wrong with them."""
    found = list(lookups.publication(publication).feeds.select_related("publication").order_by("pk"))
    if json:
        output.print_json([json_shapes.feed(feed) for feed in found])
        return
    shapes = [(feed, json_shapes.feed(feed)) for feed in found]
    output.print_table(
        ["feed", "name", "suggestions", "last success", "next try", "problem"],
        [[f.pk, str(f), s["suggestions"], _time(f, "read_at"), _time(f, "try_at"), f.problem] for f, s in shapes],
    )


@app.command("set")
def set_(feed: FeedId, assignments: Assignments, by: By = "", json: Json = False) -> None:
    """Change a feed. A worker reads it again within seconds.

    Example: newsletter feeds set 3 max_suggestions=10 auto_queue=yes
    """
    from newsletter.stories.feeds import edit_feed

    row = lookups.feed(feed)
    fixed = {field.name for field in row._meta.concrete_fields} - set(SETTABLE)
    changes = field_assignments.parse_assignments(
        assignments,
        lambda name, text: field_assignments.parse_field_value(type(row), name, text, fixed=fixed),
        example="max_suggestions=10",
    )
    _show(edit_feed.change_feed(row, by=_person(by, row.publication_id), **changes), json=json)


@app.command()
def fetch(feed: FeedId, json: Json = False) -> None:
    """Read a feed now, and say what was found."""
    row = lookups.feed(feed)
    read_now(row)
    _show(row, json=json)
    if row.problem:
        raise typer.Exit(1)


@app.command()
def remove(feed: FeedId, by: By = "", yes: Yes = False) -> None:
    """Remove a feed with its suggestions. Stories that came from it stay."""
    from newsletter.stories.feeds import edit_feed

    row = lookups.feed(feed)
    if not output.confirm(f"Remove {row} with its suggestions?", yes=yes, hint="Give --yes."):
        raise InvalidState("Nothing was removed.")
    edit_feed.remove_feed(row, by=_person(by, row.publication_id))
    output.print_text(f"Removed {row}.")


def read_now(feed: Feed, *, policy: FetchPolicy = PUBLIC_ONLY) -> None:
    """Read a feed in this process. Raises `InvalidState` if a worker is reading it."""
    from newsletter.stories.feeds import queue_suggestions, read_feeds
    from newsletter.stories.feeds.fetch_feed import fetch_feed

    if not read_feeds.read_feed(feed, now=clock.now(), fetch=lambda url, known: fetch_feed(url, known, policy=policy)):
        raise InvalidState(f"Feed {feed.pk} is being read now, or its publication is paused.")
    queue_suggestions.add_ordered()
    feed.refresh_from_db()


def _show(feed: Feed, *, json: bool) -> None:
    shape = json_shapes.feed(feed)
    if json:
        output.print_json(shape)
        return
    output.print_fields(
        [
            ("feed", f"{feed.pk} of {feed.publication.slug}"),
            ("name", feed.title),
            ("address", feed.url),
            ("section", feed.section),
            ("kicker", feed.kicker),
            ("queued at once", feed.auto_queue),
            ("suggestions", f"{shape['suggestions']}, at most {feed.max_suggestions}"),
            ("not older than", f"{feed.max_age_days} days"),
            ("last success", _time(feed, "read_at")),
            ("next try", _time(feed, "try_at")),
            ("problem", f"{feed.problem} {feed.hint}".strip()),
        ]
    )


def _time(feed: Feed, name: str) -> str:
    moment = getattr(feed, name)
    return datetimes.format_local(moment, feed.publication) if moment else ""


def _person(by: str, publication: Model | int | None) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.CONFIGURE, publication=publication)
