"""Store what a feed contains: new suggestions, corrections of open ones, and which have expired. One transaction."""

import hashlib
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from newsletter.lib.safe_fetch import Validators
from newsletter.stories import duplicate_links
from newsletter.stories.feed_models import Feed, Suggestion, SuggestionState, absent_since
from newsletter.stories.feeds.feed_values import FeedEntry, ParsedFeed

REMEMBERED = timedelta(days=30)  # after the feed contained the article last
CLOSED = (SuggestionState.TAKEN, SuggestionState.DISMISSED, SuggestionState.EXPIRED)
WITHOUT_TEXT = {"paragraphs": [], "is_whole": False}  # of a closed item: it is only remembered
MAX_VALIDATOR_CHARS = {"etag": 250, "last_modified": 100}


def store(feed: Feed, content: ParsedFeed | None, validators: Validators, *, now: datetime, next_at: datetime) -> None:
    """Store the content of a feed; None if it is unchanged. Nothing happens if the claim on the feed has ended."""
    known = {
        name: value if len(value) <= MAX_VALIDATOR_CHARS[name] and value.isascii() else ""
        for name, value in validators._asdict().items()
    }
    written = {"read_at": now, "tries": 0, "try_at": next_at, "held_until": None, "problem": "", "hint": ""}
    if content:
        written |= known | {"title": content.title[:200], "content_at": now}
    with transaction.atomic():
        held = Feed.objects.filter(pk=feed.pk, tries=feed.tries, held_until=feed.held_until)
        if not held.update(**written):
            return
        if content:
            is_first = feed.content_at is None
            items = {item.page_key: item for item in (_item(feed, entry, now) for entry in reversed(content.entries))}
            _store_items(feed, list(items.values()), is_first=is_first, now=now)
        _expire(feed, now=now)


def _item(feed: Feed, entry: FeedEntry, now: datetime) -> Suggestion:
    shape = entry.story.to_json()
    return Suggestion(
        publication_id=feed.publication_id,
        feed=feed,
        key=entry.key or hashlib.sha256(entry.url.encode("utf-8", "replace")).hexdigest()[:32],
        page_key=duplicate_links.page_key(entry.url),
        url=entry.url,
        summary=entry.summary,
        fields=shape["fields"],
        paragraphs=list(shape["paragraphs"]),
        is_whole=entry.is_whole,
        dated_at=_date(entry, now),
        seen_at=now,
    )


def _date(entry: FeedEntry, now: datetime) -> datetime:
    """Return when the article was published, as far as the feed says so. No date is in the future."""
    try:
        stated = datetime.fromisoformat(entry.story.value("published"))
    except ValueError:
        return now
    return min(now, stated if stated.tzinfo else stated.replace(tzinfo=UTC))


def _store_items(feed: Feed, items: list[Suggestion], *, is_first: bool, now: datetime) -> None:
    """Store new articles, and bring open and expired ones up to date. Which are kept depends on the feed's rules."""
    known = _known(feed, items, now)
    oldest = now - timedelta(days=feed.max_age_days)
    dated = sorted(((_dated(item, known), item) for item in items), key=lambda pair: pair[0], reverse=True)
    within = [item for date, item in dated if date >= oldest and _may_be_suggested(known.get(item.page_key))]
    suggested = within[: feed.max_suggestions]
    # what a new feed contains at first is left to a person
    state = SuggestionState.ORDERED if feed.auto_queue and not is_first else SuggestionState.OPEN
    new = []
    for item in items:
        stored, is_suggested = known.get(item.page_key), item in suggested
        if stored is None:
            item.state = state if is_suggested else SuggestionState.EXPIRED
            if not is_suggested:
                item.paragraphs, item.is_whole = [], False
            new.append(item)
        elif is_suggested and (stored.state == SuggestionState.EXPIRED or stored.fields != _as_stored(item.fields)):
            _renew(stored, item)
    Suggestion.objects.bulk_create(new, ignore_conflicts=True)  # another feed with the same article may be faster


def _known(feed: Feed, items: list[Suggestion], now: datetime) -> dict[str, Suggestion]:
    """Return the stored items of these articles by the page of the article, and note that they were seen."""
    keys, pages = {item.key: item.page_key for item in items}, {item.page_key for item in items}
    rows = Suggestion.objects.filter(
        Q(feed=feed, key__in=keys) | Q(publication_id=feed.publication_id, page_key__in=pages)
    )
    rows.update(seen_at=now)
    stored = list(rows.defer("paragraphs"))
    by_page = {item.page_key: item for item in stored}
    by_key = {keys[item.key]: item for item in stored if item.feed_id == feed.pk and item.key in keys}
    return by_page | by_key


def _dated(item: Suggestion, known: dict[str, Suggestion]) -> datetime:
    stored = known.get(item.page_key)
    return stored.dated_at if stored else item.dated_at  # of an article without a date: when it was found


def _may_be_suggested(stored: Suggestion | None) -> bool:
    return stored is None or stored.state in (SuggestionState.OPEN, SuggestionState.EXPIRED)


def _renew(stored: Suggestion, item: Suggestion) -> None:
    names = ("url", "summary", "fields", "paragraphs", "is_whole")
    waiting = Suggestion.objects.filter(pk=stored.pk, feed_id=item.feed_id, state=stored.state)
    waiting.update(state=SuggestionState.OPEN, **{name: getattr(item, name) for name in names})


def _as_stored(fields: dict[str, tuple[str, str]]) -> dict[str, list[str]]:
    return {name: [value, str(origin)] for name, (value, origin) in fields.items()}


def _expire(feed: Feed, *, now: datetime) -> None:
    open_items = Suggestion.objects.filter(feed=feed, state=SuggestionState.OPEN)
    old = open_items.filter(dated_at__lt=now - timedelta(days=feed.max_age_days))
    kept = list(open_items.order_by("-dated_at", "-pk").values_list("pk", flat=True)[: feed.max_suggestions])
    for too_many in (old, open_items.exclude(pk__in=kept)):
        too_many.update(state=SuggestionState.EXPIRED, **WITHOUT_TEXT)
    closed = Suggestion.objects.filter(feed=feed, state__in=CLOSED)
    closed.filter(absent_since(now - REMEMBERED)).delete()
