"""Add, change and remove the feeds of a publication, and order a reading at once."""

from typing import TypedDict, Unpack

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, changed_fields
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.lib.errors import BadInput
from newsletter.lib.model_validation import field_label, validate_model
from newsletter.lib.web_urls import validate_web_url
from newsletter.mail.text_cleaning import clean_line
from newsletter.publications.models import Publication
from newsletter.stories import duplicate_links
from newsletter.stories.feed_models import Feed
from newsletter.stories.feeds.feed_limits import MAX_ENTRIES

BOUNDS = {"max_suggestions": (1, MAX_ENTRIES), "max_age_days": (1, 365)}
MAX_FEEDS = 50  # of a publication
LINES = ("section", "kicker")
# What a server said about the old address says nothing about a new one.
STATE_OF_ADDRESS = {"title": "", "read_at": None, "content_at": None, "problem": "", "hint": "", "tries": 0}
READ_AGAIN = {"etag": "", "last_modified": "", "try_at": None}  # as a whole, because rules choose from its content


class OptionalFeedFields(TypedDict, total=False):
    """The rules of a feed."""

    section: str
    kicker: str
    auto_queue: bool
    max_suggestions: int
    max_age_days: int


class FeedFields(OptionalFeedFields, total=False):
    """All fields that the newsroom can set."""

    url: str


def add_feed(publication: Publication, *, url: str, by: Actor = None, **optional: Unpack[OptionalFeedFields]) -> Feed:
    """Add a feed, to be read within seconds. Raises `BadInput`, also if the publication has it already."""
    require(by, Permission.CONFIGURE, publication=publication)
    with transaction.atomic():
        Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
        if publication.feeds.count() >= MAX_FEEDS:
            raise BadInput("feed", f"is one too many: {publication} has {MAX_FEEDS}.", "Remove one of them first.")
        feed = Feed(publication=publication)
        _set_fields(feed, {"url": url, **optional})
        feed.save(force_insert=True)
        audit_trail.record(by, Act.FEED_ADDED, feed, publication=publication.slug, auto_queue=feed.auto_queue)
    return feed


def change_feed(feed: Feed, *, by: Actor = None, **fields: Unpack[FeedFields]) -> Feed:
    """Change `fields` and leave the other fields as they are. The feed is read again within seconds.

    Raises `BadInput`.
    """
    require(by, Permission.CONFIGURE, publication=feed.publication_id)
    with transaction.atomic():
        current = Feed.objects.select_for_update().get(pk=feed.pk)
        before = changed_fields.field_values(current, fields)
        _set_fields(current, fields)
        changes = changed_fields.describe_changes(before, current)
        written = {name: getattr(current, name) for name in (*fields, "page_key")}
        if "url" in changes:
            # the fence of a reading under way: what it finds at the old address is not stored
            written |= STATE_OF_ADDRESS | {"held_until": None}
        elif "auto_queue" in changes:
            # the next reading is a first one: what the feed contains by then is left to a person
            written |= {"content_at": None, "held_until": None}
        if changes:
            Feed.objects.filter(pk=feed.pk).update(**written | READ_AGAIN)
            audit_trail.record(by, Act.FEED_CHANGED, current, **changes)
    feed.refresh_from_db()
    return feed


def remove_feed(feed: Feed, *, by: Actor = None) -> None:
    """Remove a feed with its suggestions. Stories that came from it stay."""
    require(by, Permission.CONFIGURE, publication=feed.publication_id)
    with transaction.atomic():
        found = Feed.objects.select_for_update().select_related("publication").filter(pk=feed.pk).first()
        if found:
            audit_trail.record(by, Act.FEED_REMOVED, found, publication=found.publication.slug, address=found.url)
            found.delete()


def read_soon(feed: Feed) -> None:
    """Order a reading at once, whatever the pause after failures. A reading under way is enough."""
    Feed.objects.filter(pk=feed.pk).update(try_at=None)


def _set_fields(feed: Feed, fields: FeedFields) -> None:
    for name, value in fields.items():
        if name not in FeedFields.__annotations__:
            raise TypeError(f"a feed has no settable field {name!r}")
        if name == "url":
            value = validate_web_url(str(value), field="address")  # noqa: PLW2901 — the normalised value
        elif name in LINES:
            value = clean_line(str(value))  # noqa: PLW2901
        setattr(feed, name, value)
    feed.page_key = duplicate_links.page_key(feed.url)
    validate_model(feed)
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(feed, name) <= most:
            raise BadInput(
                field_label(feed, name), f"cannot be {getattr(feed, name)}.", f"Enter a number from {least} to {most}."
            )
