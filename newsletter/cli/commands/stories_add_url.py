"""newsletter stories add --url: read the page of an article, and print each field with its origin."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Any

from newsletter.cli.support import datetimes, output
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.lib.safe_connection import PUBLIC_ONLY, FetchPolicy

if TYPE_CHECKING:
    from newsletter.editions.earlier_stories import EarlierStory
    from newsletter.publications.models import Publication
    from newsletter.stories.models import Story
    from newsletter.stories.reading.page_story import PageStory

MAX_SHOWN_LENGTH = 80  # characters of a value in the table


def add(
    publication: Publication, url: str, *, fields: dict[str, Any], yes: bool, policy: FetchPolicy = PUBLIC_ONLY
) -> tuple[Story, dict[str, Any]]:
    """Queue the story at `url`; return it and a JSON shape of what was read. `fields` override what the page says.

    Raises `FetchError`, and `BadInput` for a page without a story.
    """
    from newsletter.editions.earlier_stories import EarlierStories
    from newsletter.stories import story_queue
    from newsletter.stories.reading import story_drafts
    from newsletter.stories.reading.fetch_page import fetch_page
    from newsletter.stories.reading.teaser_fields import teaser_fields

    found = story_drafts.read_link(url, fetch=lambda address: fetch_page(address, policy=policy))
    _show(found)
    if found.notice and found.notice.is_final:
        raise BadInput("--url", f"has no story. {found.notice.problem}", found.notice.hint)
    read = teaser_fields(found, publication, given_url=url)
    if not fields.keys().isdisjoint(("picture", "picture_url")):  # the page describes and credits its own picture
        read |= {"picture_url": "", "picture_alt": "", "picture_credit": ""}
    elif "picture_decorative" in fields:
        read["picture_alt"] = ""
    chosen = read | fields
    if read["picture_url"] and not (chosen["picture_alt"] or chosen.get("picture_decorative")):
        output.print_note("The page does not describe its picture, so it is left out. Give --picture-alt to add it.")
        chosen["picture_url"] = chosen["picture_credit"] = ""
    earlier = EarlierStories(publication, now=clock.now()).find(
        urls=(chosen["url"], url), headline=chosen["headline"], body=chosen["body"]
    )
    if earlier:
        output.print_note(_earlier(earlier))
    if earlier and earlier.is_same_page and not chosen.get("again"):
        raise InvalidState("Nothing was queued. Use --allow-duplicate to add the link again.")
    if output.is_interactive() and not output.confirm("Add this story to the queue?", yes=yes, hint=""):
        raise InvalidState("Nothing was queued.")
    shape = earlier and {
        "story": earlier.story.pk,
        "reason": earlier.reason,
        "edition": earlier.edition and earlier.edition.pk,
    }
    return story_queue.add(publication, **chosen), found.to_json() | {"earlier": shape}


def _earlier(earlier: EarlierStory) -> str:
    story, edition = earlier.story, earlier.edition
    place = "is in the queue"
    if edition:
        place = f"is in the edition of {datetimes.format_local(edition.due_at, story.publication)}"
    elif story.state == "used":
        place = "was used"
    return f"Story {story.pk} has {earlier.reason} and {place}: {story.headline}"


def _show(found: PageStory) -> None:
    from newsletter.stories.reading.page_story import FIELDS
    from newsletter.stories.rich_text import rich_text

    rows = [[FIELDS[name], value.origin, _short(value.value)] for name, value in found.fields.items()]
    rows += [["paragraph", "article text", _short(rich_text.plain(block))] for block in found.paragraphs[:4]]
    output.print_table(["field", "origin", "value"], rows, to_stderr=True)
    if found.missing:
        output.print_note(f"Not found: {', '.join(FIELDS[name] for name in found.missing)}.")
    if found.notice:
        output.print_note(f"{found.notice.problem} {found.notice.hint}")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_SHOWN_LENGTH else f"{line[: MAX_SHOWN_LENGTH - 1]}…"
