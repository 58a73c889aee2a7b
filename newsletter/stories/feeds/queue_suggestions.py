"""Add a suggestion to the story queue: with the text of its feed, else by reading its link; or dismiss it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import structlog
from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.lib.errors import InvalidState, NewsletterError
from newsletter.publications.models import Publication
from newsletter.stories import duplicate_links, story_queue
from newsletter.stories.feed_models import Suggestion, SuggestionState
from newsletter.stories.feeds.store_entries import WITHOUT_TEXT
from newsletter.stories.models import Story, StoryDraft, StoryState
from newsletter.stories.reading import story_drafts
from newsletter.stories.reading.page_story import PageStory
from newsletter.stories.reading.site_corrections import SiteCorrections
from newsletter.stories.reading.teaser_fields import teaser_fields, without_undescribed_picture

log = structlog.get_logger()

OPEN_SUGGESTIONS = (SuggestionState.OPEN, SuggestionState.ORDERED)


class Queued(NamedTuple):
    """What became of a suggestion: a story in the queue, or a draft whose link is being read."""

    story: Story | None
    draft: StoryDraft | None
    lost_picture: bool = False  # the feed does not describe it


def queue_suggestion(suggestion: Suggestion, *, again: bool = False, by: Actor = None) -> Queued:
    """Add a suggestion to the queue, or order the reading of its link, after which it is added by itself.

    The second of two calls changes nothing. Raises `InvalidState` for a dismissed suggestion and, unless `again`, for
    one whose link is queued or used already; and as `story_queue.add` does.
    """
    require(by, Permission.CURATE, publication=suggestion.publication_id)
    with transaction.atomic():
        # the queue's lock comes first, as in story_queue.py
        Publication.objects.select_for_update(no_key=True).get(pk=suggestion.publication_id)
        current = Suggestion.objects.select_related("publication", "feed", "story").filter(pk=suggestion.pk).first()
        if current and current.state == SuggestionState.TAKEN:
            return Queued(current.story, None)
        if current is None or current.state not in OPEN_SUGGESTIONS:
            raise InvalidState("This suggestion is no longer open, so nothing was added.")
        done = (
            _add_story(current, again=again, by=by) if current.is_whole else _order_draft(current, again=again, by=by)
        )
        _close(current, SuggestionState.TAKEN, story=done.story)
    return done


def dismiss(suggestion: Suggestion, *, by: Actor = None) -> None:
    """Dismiss an open suggestion. The feed does not suggest this article again. A second call changes nothing."""
    require(by, Permission.CURATE, publication=suggestion.publication_id)
    with transaction.atomic():
        current = Suggestion.objects.select_for_update(of=("self",)).filter(pk=suggestion.pk).first()
        if current and _close(current, SuggestionState.DISMISSED):
            audit_trail.record(by, Act.SUGGESTION_DISMISSED, current, headline=current.headline)
            done, publication = f"The suggestion “{current.headline}” was dismissed.", current.publication_id
            text = undo_log.stored_values(current, WITHOUT_TEXT)
            undo_log.keep(by, UndoKind.SUGGESTION_DISMISSED, current, done, publication=publication, before=text)


def suggest_again(suggestion_id: int, text: Mapping[str, Any], *, by: Actor = None) -> None:
    """Open a dismissed suggestion again, with the text of the feed that it had."""
    with transaction.atomic():
        found = Suggestion.objects.select_for_update().filter(pk=suggestion_id).first()
        if found is None or found.state != SuggestionState.DISMISSED:
            raise InvalidState("This suggestion is not dismissed any more, or its feed was removed.")
        require(by, Permission.CURATE, publication=found.publication_id)
        undo_log.set_values(found, text)
        found.state = SuggestionState.OPEN
        found.save(update_fields=["state", *text])
        audit_trail.record(by, Act.SUGGESTION_REOPENED, found)


def add_ordered(*, limit: int = 20) -> int:
    """Add suggestions that their feeds add by themselves. What cannot be added becomes a suggestion that says why."""
    ordered = list(
        Suggestion.objects.filter(state=SuggestionState.ORDERED)
        .select_related("feed")
        .order_by("dated_at", "pk")[:limit]
    )
    for suggestion in ordered:
        problem = ""
        try:
            queue_suggestion(suggestion, by=f"feed {suggestion.feed}")
        except NewsletterError as error:
            problem = str(error)
        except Exception:
            log.exception("suggestion.not_queued", suggestion=suggestion.pk)
            problem = "It could not be added."
        if problem:
            still = Suggestion.objects.filter(pk=suggestion.pk, state=SuggestionState.ORDERED)
            still.update(state=SuggestionState.OPEN, problem=problem[:300])
    return len(ordered)


def suggested_story(suggestion: Suggestion) -> PageStory:
    """Return what the feed says about an article."""
    return PageStory.from_json({"fields": suggestion.fields, "paragraphs": suggestion.paragraphs, "notice": None})


def _add_story(suggestion: Suggestion, *, again: bool, by: Actor) -> Queued:
    corrected = SiteCorrections(suggestion.publication).apply(suggested_story(suggestion), url=suggestion.url).story
    read = teaser_fields(corrected, suggestion.publication, given_url=suggestion.url)
    fields = without_undescribed_picture(read) | _rules(suggestion)
    story = story_queue.add(suggestion.publication, again=again, by=by, **fields)
    return Queued(story, None, lost_picture=bool(read["picture_url"] and not story.has_picture))


def _order_draft(suggestion: Suggestion, *, again: bool, by: Actor) -> Queued:
    earlier = duplicate_links.find_story_of_page(suggestion.publication_id, suggestion.page_key)
    if earlier and not again:
        place = "in the queue" if earlier.state == StoryState.QUEUED else "in an edition"
        raise InvalidState(
            f"This link is already {place}, as story {earlier.pk}. Confirm the duplicate to add it anyway."
        )
    draft = story_drafts.order_to_queue(
        suggestion.publication, suggestion.url, known=suggestion.fields, by=by, **_rules(suggestion)
    )
    return Queued(draft.story, draft)


def _rules(suggestion: Suggestion) -> dict[str, str]:
    return {"section": suggestion.feed.section, "kicker": suggestion.feed.kicker}


def _close(suggestion: Suggestion, state: SuggestionState, *, story: Story | None = None) -> int:
    still = Suggestion.objects.filter(pk=suggestion.pk, state__in=OPEN_SUGGESTIONS)
    return still.update(state=state, story=story, problem="", **WITHOUT_TEXT)
