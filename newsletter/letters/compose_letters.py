"""Gather, render, fingerprint and freeze the letters of an edition.

When that happens and what follows is decided in assemble_edition.py and edition_decisions.py.
"""

import copy
import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from newsletter.editions import correction_lines
from newsletter.editions.edition_times import received, set_times, times_of
from newsletter.editions.embargo_and_expiry import placed_stories
from newsletter.editions.models import Edition, FrozenLetter, Placement, Variant
from newsletter.editions.reopen_edition import NOT_YET_SENT
from newsletter.giving.models import Appeal
from newsletter.giving.place_appeal import PlacementRule, StoryShape, choose_position
from newsletter.giving.select_appeal import select_appeal
from newsletter.letters import (
    frozen_audience,
    left_out_picks,
    looked_up_links,
    missing_pictures,
    preflight,
    render_letter,
)
from newsletter.letters.content import letter_content
from newsletter.letters.content.letter_content import LetterContent
from newsletter.letters.content.story_arrangement import story_kinds
from newsletter.letters.frozen_audience import Audience
from newsletter.letters.preflight.check_appeal import check_appeal
from newsletter.mail.message import Letter
from newsletter.rendering.custom_template.preview_slots import preview_slot
from newsletter.stories.models import Kind, Story
from newsletter.stories.rich_text import rich_text

# What readers see of a letter, and what decides which readers get it. An approval covers these fields.
FINGERPRINTED = (
    *("variant", "gave_within", "subject", "text", "html"),
    *("sender_name", "sender_email", "reply_to", "fallback_name", "click_tracking", "audience"),
)


class LetterDraft(NamedTuple):
    """The contents of each letter of an edition, its appeal, and for how long a donor is thanked."""

    letters: dict[Variant, LetterContent]
    appeal: Appeal | None
    gave_within: int | None  # days; None without a thank-you letter
    audience: Audience  # the segments that get it or are left out; empty for all readers


class Composed(NamedTuple):
    """The letters of an edition as they would be frozen."""

    letters: list[FrozenLetter]  # not saved
    made_from: str
    content_hash: str


def appeal_of(edition: Edition, *, now: datetime) -> Appeal | None:
    """Return the appeal that is running when readers get the edition."""
    return select_appeal(list(edition.publication.appeals.all()), on=received(edition, now=now).day)


def gather_letters(edition: Edition, stories: list[Story], *, now: datetime) -> LetterDraft:
    """Gather contents for `stories` in this order, with the appeal that is running when readers get them."""
    return gather_with_appeal(edition, stories, appeal_of(edition, now=now), now=now)


def gather_with_appeal(edition: Edition, stories: list[Story], appeal: Appeal | None, *, now: datetime) -> LetterDraft:
    """Gather contents for `stories` in this order with `appeal`, which need not be stored.

    There is one letter if no appeal is running. With an appeal there is also one without it, for readers who chose
    that, and a thank-you if the appeal has a thank-you period.
    """
    publication = edition.publication
    place, until = None, edition.due_at
    if appeal:
        printed = zip(stories, story_kinds(publication.layout, [story.kind for story in stories]), strict=True)
        shapes = [
            StoryShape(1 if kind == Kind.SHORT else len(rich_text.blocks(story.body)), story.is_sensitive)
            for story, kind in printed
        ]
        place = choose_position(PlacementRule(appeal.place, appeal.story_number, appeal.paragraph_number), shapes)
        until = received(edition, now=now).last if appeal.match_ends_at else until
    made = letter_content.build_content(
        edition,
        stories=stories,
        appeal=appeal,
        spot=place,
        base_url=settings.BASE_URL,
        pictures=settings.PICTURES_URL,
        received_until=until,
        corrections=correction_lines.lines_of(edition),
        snippets=list(
            publication.snippets.all()
            .running(received(edition, now=now).day)
            .exclude(pk__in=edition.left_out_snippets)
            .select_related("picture")
        ),
    )
    letters = {Variant.DEFAULT: made}
    if appeal and appeal.thanks_days:
        letters[Variant.THANKS] = letter_content.thanking(made, publication, appeal)
    if appeal:
        letters[Variant.PLAIN] = letter_content.without_appeal(made)
    return LetterDraft(
        letters,
        appeal if place else None,
        appeal.thanks_days if appeal and appeal.thanks_days else None,
        frozen_audience.audience_of(edition),
    )


def compose(edition: Edition, stories: list[Story], gathered: LetterDraft, *, now: datetime) -> Composed:
    """Render, inline and check the letters.

    Raises `RenderingError`, `InliningError` or `TemplateRendererUnavailable`.
    """
    made = {variant: render_letter.render(each) for variant, each in gathered.letters.items()}
    letters = _letters(edition, gathered, made)
    for letter, (variant, each) in zip(letters, gathered.letters.items(), strict=True):
        findings = list(preflight.check(made[variant], each))
        if variant == Variant.DEFAULT:
            findings += check_appeal(gathered.appeal, due_at=edition.due_at) if gathered.appeal else []
            findings += missing_pictures.missing_picture_findings(edition, stories)
            findings += left_out_picks.left_out_findings(edition, stories, now=now)
        letter.links = looked_up_links.links_of(letter.html)
        letter.findings = [finding._asdict() for finding in findings]
    return Composed(letters, made_from(edition, gathered), fingerprint(letters))


def compose_for(edition: Edition, *, due_at: datetime, now: datetime) -> Composed | None:
    """Compose the letters of an unsent edition for another due time.

    None when the frozen letters would be the same, and for an edition in any other state. Raises as `compose` does.
    """
    then = copy.copy(edition)
    set_times(then, times_of(edition.publication, due_at))
    return compose_changed(then, now=now)


def compose_changed(edition: Edition, *, stories: list[Story] | None = None, now: datetime) -> Composed | None:
    """Compose the letters of an unsent edition that was changed in memory; None and errors as `compose_for`.

    `stories` are its stories, if they were changed in memory too.
    """
    if edition.state not in NOT_YET_SENT:
        return None
    stories = stories or placed_stories(edition)
    gathered = gather_letters(edition, stories, now=now)
    if made_from(edition, gathered) == edition.made_from:
        return None
    with preview_slot_for(gathered.letters[Variant.DEFAULT]):
        return compose(edition, stories, gathered, now=now)


def preview_slot_for(contents: LetterContent) -> AbstractContextManager[None]:
    """Return a slot for rendering a preview with a custom template; nothing for a layout of ours."""
    return preview_slot() if contents.template else nullcontext()


def freeze(edition: Edition, composed: Composed, *, now: datetime) -> None:
    """Replace the stored letters. The edition is changed in memory and loses its approval; the caller saves."""
    edition.letters.all().delete()
    for letter in composed.letters:
        letter.edition = edition
        letter.save()
    headlines = {story.pk: story.headline for story in placed_stories(edition)}
    placements = list(edition.placements.all())
    for placement in placements:
        placement.headline = headlines[placement.story_id]
    Placement.objects.bulk_update(placements, ["headline"])
    edition.made_from, edition.content_hash = composed.made_from, composed.content_hash
    edition.assembled_at = now
    edition.approved_hash, edition.approved_at, edition.approved_by = "", None, None


def made_from(edition: Edition, gathered: LetterDraft) -> str:
    """Return a fingerprint of what the letters are made of, without rendering them; equal for equal letters."""
    unrendered = {
        variant: Letter(each.subject, letter_content.fingerprint(each), "")
        for variant, each in gathered.letters.items()
    }
    return fingerprint(_letters(edition, gathered, unrendered))


def fingerprint(letters: Iterable[FrozenLetter]) -> str:
    """Return 64 hexadecimal digits that differ whenever what readers see differs, or which readers get it."""
    rows = sorted([[getattr(letter, field) for field in FINGERPRINTED] for letter in letters], key=lambda row: row[0])
    return hashlib.sha256(
        json.dumps(rows, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    ).hexdigest()


def _letters(edition: Edition, gathered: LetterDraft, made: Mapping[Variant, Letter]) -> list[FrozenLetter]:
    publication = edition.publication
    return [
        FrozenLetter(
            variant=str(variant),
            gave_within=gathered.gave_within if variant == Variant.THANKS else None,
            appeal=gathered.appeal,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            sender_name=publication.sender_name,
            sender_email=publication.sender_email,
            reply_to=publication.reply_to,
            fallback_name=publication.fallback_name,
            click_tracking=gathered.letters[variant].click_tracking,
            audience=gathered.audience,
            is_for_segment="send_to" in gathered.audience,
        )
        for variant, letter in made.items()
    ]
