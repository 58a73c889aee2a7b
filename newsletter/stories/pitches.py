"""Pitches: stories that contributors propose. A curator accepts one into the queue, or declines it with a reason."""

from typing import Unpack

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import NotPermitted, Permission, require
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.undo_models import UndoKind
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState, VersionConflict
from newsletter.mail.text_cleaning import clean_line
from newsletter.publications.models import Publication
from newsletter.stories import order_keys, story_queue
from newsletter.stories.models import Story, StoryQuerySet, StoryState
from newsletter.stories.validate_story import OptionalStoryFields, StoryFields, set_story_fields

MAX_SENTENCE: int = Story._meta.get_field("pitch").max_length or 0
MAX_WAITING = 20  # pitches of one person for a publication that no curator has decided about
UNDECIDED = (StoryState.PITCHED, StoryState.DECLINED)


def pitches_of(publication: Publication, by: User) -> StoryQuerySet:
    """Return the stories that this person pitched for the publication, whatever became of them, newest first."""
    return publication.stories.exclude(pitch="").filter(created_by=by).order_by("-created_at", "-pk")


def pitch_story(
    publication: Publication,
    *,
    why: str,
    headline: str,
    url: str,
    body: str,
    by: User,
    again: bool = False,
    **optional: Unpack[OptionalStoryFields],
) -> Story:
    """Propose a story, with a sentence that says why. Raises as `story_queue.add` does."""
    require(by, Permission.PITCH, publication=publication)
    waiting = publication.stories.all().pitched().filter(created_by=by).count()
    if waiting >= MAX_WAITING:
        raise InvalidState(
            f"You have {waiting} pitches here that wait for a curator, the most that one person may have. "
            "Withdraw one, or wait for a decision."
        )
    story = Story(publication=publication, state=StoryState.PITCHED, pitch=_sentence("why", why, "Say why"))
    set_story_fields(story, {"headline": headline, "url": url, "body": body, **optional})
    return story_queue.insert(story, again=again, by=by, act=Act.STORY_PITCHED, why=story.pitch)


def change_pitch(
    story: Story, *, why: str, seen: int, by: User, again: bool = False, **fields: Unpack[StoryFields]
) -> Story:
    """Change a pitch that is not decided. Raises `InvalidState` for a decided one, else as `story_queue.update`."""
    sentence = _sentence("why", why, "Say why")
    with transaction.atomic():
        story_queue.lock(story.publication_id)
        if Story.objects.values_list("state", flat=True).get(pk=story.pk) != StoryState.PITCHED:
            raise InvalidState("A curator has decided about this pitch, so it can no longer be changed here.")
        changed = story_queue.update(story, again=again, seen=seen, by=by, **fields)
        if changed.pitch != sentence:
            before, changed.pitch = changed.pitch, sentence
            changed.save(update_fields=["pitch"])
            audit_trail.record(by, Act.STORY_CHANGED, changed, why=f"{before} → {sentence}")
    return changed


def accept_pitch(story: Story, *, by: User | None, again: bool = False, seen: int | None = None) -> Story:
    """Put a pitch at the end of the queue, also one that was declined. Accepting it twice changes nothing.

    `seen` is the version that the curator read; raises `VersionConflict` if its contributor changed it since. Raises
    `InvalidState` if a queued or used story already links to the same page, unless `again` is set.
    """
    require(by, Permission.CURATE, publication=story.publication_id)
    with transaction.atomic():
        story_queue.lock(story.publication_id)
        current = Story.objects.get(pk=story.pk)
        if current.state == StoryState.QUEUED and current.pitch:
            return current
        if current.state not in UNDECIDED:
            raise InvalidState(f"Story {story.pk} is not a pitch any more, so it cannot be accepted.")
        if seen is not None and seen != current.version:
            raise VersionConflict("This pitch was changed after you opened the page. Read it again, then decide.")
        if not again:
            story_queue.refuse_duplicate(current)
        before = {"state": str(current.state), "declined_because": current.declined_because}
        current.position = order_keys.at_end(current.publication_id)
        current.state, current.declined_because, current.queued_at = StoryState.QUEUED, "", clock.now()
        current.save(update_fields=["state", "position", "declined_because", "queued_at"])
        audit_trail.record(by, Act.PITCH_ACCEPTED, current)
        _keep(by, UndoKind.PITCH_ACCEPTED, current, f"The pitch “{current.headline}” was accepted.", before=before)
    return current


def decline_pitch(story: Story, *, reason: str, by: User | None) -> Story:
    """Decline a pitch. Its contributor sees the reason. Declining it twice keeps the first reason."""
    require(by, Permission.CURATE, publication=story.publication_id)
    sentence = _sentence("reason", reason, "Say why the story is declined: the contributor reads it")
    with transaction.atomic():
        story_queue.lock(story.publication_id)
        current = Story.objects.get(pk=story.pk)
        if current.state == StoryState.DECLINED:
            return current
        if current.state != StoryState.PITCHED:
            raise InvalidState(f"Story {story.pk} is not a pitch any more, so it cannot be declined.")
        current.state, current.declined_because = StoryState.DECLINED, sentence
        current.save(update_fields=["state", "declined_because"])
        audit_trail.record(by, Act.PITCH_DECLINED, current, reason=sentence)
        _keep(by, UndoKind.PITCH_DECLINED, current, f"The pitch “{current.headline}” was declined.")
    return current


def withdraw_pitch(story: Story, *, by: User) -> Story:
    """Withdraw one's own pitch that no curator has decided about. Withdrawing it twice changes nothing."""
    require(by, Permission.PITCH, publication=story.publication_id)
    with transaction.atomic():
        story_queue.lock(story.publication_id)
        current = Story.objects.get(pk=story.pk)
        if current.created_by_id != by.pk:
            raise NotPermitted("Only its contributor can withdraw a pitch.")
        if current.state == StoryState.WITHDRAWN:
            return current
        if current.state != StoryState.PITCHED:
            raise InvalidState("A curator has decided about this pitch, so it can no longer be withdrawn.")
        current.state = StoryState.WITHDRAWN
        current.save(update_fields=["state"])
        audit_trail.record(by, Act.PITCH_WITHDRAWN, current)
        _keep(by, UndoKind.PITCH_WITHDRAWN, current, f"The pitch “{current.headline}” was withdrawn.")
    return current


def pitch_again(story: Story, *, by: User | None, **values: str) -> Story:
    """Let a story wait for a decision again: one that was withdrawn, declined, or accepted a moment ago.

    `values` replace what the decision had set.
    """
    with transaction.atomic():
        story_queue.lock(story.publication_id)
        current = Story.objects.get(pk=story.pk)
        current.state, current.declined_because = StoryState.PITCHED, ""
        for name, value in values.items():
            setattr(current, name, value)
        current.position = order_keys.at_end(current.publication_id, state=current.state)
        current.save(update_fields=["state", "declined_because", "position"])
        audit_trail.record(by, Act.STORY_PITCHED, current, why=current.pitch)
    return current


def _keep(by: User | None, kind: UndoKind, story: Story, done: str, *, before: dict[str, str] | None = None) -> None:
    undo_log.keep(by, kind, story, done, publication=story.publication_id, before=before)


def _sentence(field: str, text: str, hint: str) -> str:
    sentence = clean_line(text)
    if not sentence:
        raise BadInput(field, "is empty.", f"{hint}, in a sentence.")
    if len(sentence) > MAX_SENTENCE:
        raise BadInput(field, f"has {len(sentence)} characters.", f"Use at most {MAX_SENTENCE}.")
    return sentence
