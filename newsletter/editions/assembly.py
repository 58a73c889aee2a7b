"""Assembly: stories taken from the queue, the appeal chosen and placed, the letter frozen.

    take the stories (commit) → gather → render and inline → preflight → freeze (commit)

An edition that asks has two letters, each rendered and inlined once: one for everybody, and one that thanks
those who gave lately.

Run twice, it does nothing the second time: an edition that is not planned is left as it is.
"""

import hashlib
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import transaction

from newsletter.audit import trail
from newsletter.audit.acts import Act
from newsletter.editions import approval, arriving, contents, preflight, rendering, reopening
from newsletter.editions.arranging import kinds
from newsletter.editions.contents import Contents
from newsletter.editions.models import Edition, FrozenLetter, Placement, State, Variant
from newsletter.giving.choosing import chosen
from newsletter.giving.models import Appeal
from newsletter.giving.placing import Rule, Shape, spot
from newsletter.lib.errors import NotAllowed
from newsletter.mail.inlining import InliningError
from newsletter.mail.letters import Letter
from newsletter.mail.own.turns import turn
from newsletter.mail.rendering import RenderingError
from newsletter.publications.models import OnEmpty
from newsletter.stories import queue, richtext
from newsletter.stories.models import Kind, Story

log = structlog.get_logger()
NO_THANKS = "No appeal stands in this edition, or it thanks nobody, so there is no thank-you letter."
CHANGED = "Something in it was changed after it was assembled, so it is assembled and approved anew."


class Gathered(NamedTuple):
    """What each letter of an edition is made of; the appeal that stands in it, and for how long a giver is thanked."""

    letters: dict[Variant, Contents]
    appeal: Appeal | None
    gave_within: int | None  # days; None without a letter that thanks


class Made(NamedTuple):
    """A letter that was rendered and inlined, and what preflight found in it."""

    letter: Letter
    findings: list[preflight.Finding]


def assemble(edition_id: int, *, now: datetime) -> Edition:
    """Freeze the letter of a planned edition and return it assembled.

    With too few stories it stays planned until it is due, and is then skipped or held, as the
    publication says. With `stop` findings of preflight it is held. It waits for pictures that were
    asked for a moment ago, and for no others: what has not come by then is not in the letter.
    `NotTried` leaves it planned: nothing is known of its template yet, and the next tick asks again.
    """
    edition = _take_stories(edition_id, now=now)
    if edition.state != State.PLANNED or not edition.placements.exists():
        return edition
    stories = _placed(edition)
    if arriving.worth_waiting(edition, stories, now=now):
        return edition
    gathered = gather(edition, stories)
    try:
        made = {variant: _make(each) for variant, each in gathered.letters.items()}
    except (RenderingError, InliningError) as error:
        if not gathered.letters[Variant.DEFAULT].template:
            raise  # ours is broken, which is for those who keep the house
        return _hold_for_template(edition, gathered, str(error), now=now)
    made[Variant.DEFAULT].findings.extend(arriving.missing(edition, stories))
    return _freeze(edition, stories, gathered, made, now=now)


def preview(edition: Edition, *, now: datetime, variant: Variant = Variant.DEFAULT) -> Letter:
    """The letter as it would be assembled at this moment, by the same road; nothing is kept.

    For an edition with a frozen letter, that letter. `NotAllowed` when it has none of this variant.
    """
    if frozen := {letter.variant: letter for letter in edition.letters.all()}:
        if variant not in frozen:
            raise NotAllowed(NO_THANKS)
        return Letter(frozen[variant].subject, frozen[variant].text, frozen[variant].html)
    waiting = Story.objects.filter(publication_id=edition.publication_id).offered(_leaves_at(edition, now=now))
    waiting = waiting.select_related("picture")
    stories = _placed(edition) or list(waiting[: edition.publication.maximum_stories])
    if not stories:
        raise NotAllowed("There is no story in the queue yet, so there is nothing to preview.")
    letters = gather(edition, stories).letters
    if variant not in letters:
        raise NotAllowed(NO_THANKS)
    with turn() if letters[variant].template else nullcontext():
        return rendering.render(letters[variant])


def thanks(edition: Edition) -> bool:
    """Has it a letter that thanks, or would have one if it were assembled now?"""
    if edition.content_hash:
        return edition.letters.filter(variant=Variant.THANKS).exists()
    appeal = chosen(list(edition.publication.appeals.all()), on=edition.day)
    return bool(appeal and appeal.thanks_days)


def gather(edition: Edition, stories: list[Story]) -> Gathered:
    """Contents for `stories` in this order, with the appeal that is on for the edition's day.

    Without an appeal there is one letter; so there is with one that never thanks.
    """
    publication = edition.publication
    appeal = chosen(list(publication.appeals.all()), on=edition.day)
    place = None
    if appeal:
        printed = zip(stories, kinds(publication.look, [story.kind for story in stories]), strict=True)
        shapes = [
            Shape(1 if kind == Kind.SHORT else len(richtext.blocks(story.body)), story.is_sensitive)
            for story, kind in printed
        ]
        place = spot(Rule(appeal.place, appeal.story_number, appeal.paragraph_number), shapes)
    made = contents.gather(
        edition,
        stories=stories,
        appeal=appeal,
        spot=place,
        base_url=settings.BASE_URL,
        pictures=settings.PICTURES_URL,
    )
    letters = {Variant.DEFAULT: made}
    if appeal and appeal.thanks_days:
        letters[Variant.THANKS] = contents.thanking(made, publication, appeal)
    return Gathered(letters, appeal if place else None, appeal.thanks_days if appeal and appeal.thanks_days else None)


def is_stale(edition: Edition) -> bool:
    """True when a story, the appeal or the publication is not what the frozen letter was made from."""
    stories = _placed(edition)
    return not stories or _made_from(edition, gather(edition, stories)) != edition.made_from


def refresh_stale() -> list[int]:
    """Reopen every edition that waits with a stale letter; their ids. They are assembled anew.

    One that cannot be looked at is logged; the others go on.
    """
    reopened = []
    for pk in Edition.objects.filter(state__in=reopening.WAITING).values_list("pk", flat=True):
        try:
            with transaction.atomic():
                edition = Edition.objects.locked(pk)
                if edition.state in reopening.WAITING and is_stale(edition):
                    reopening.reopen(edition, reason=CHANGED)
                    log.info("edition.reopened", edition=pk)
                    reopened.append(pk)
        except Exception:
            log.exception("edition.not_refreshed", edition=pk)
    return reopened


def reason_to_hold(edition: Edition, *, now: datetime) -> str:
    """Why a frozen edition must not leave at `now` although it is approved; empty when it may."""
    for story in _placed(edition):
        if story.embargo_until and story.embargo_until > now:
            return f"Story {story.pk} is under embargo until {story.embargo_until:%Y-%m-%d %H:%M} UTC."
        if story.expires_at and story.expires_at <= now:
            return f"Story {story.pk} expired at {story.expires_at:%Y-%m-%d %H:%M} UTC."
    return ""


def _take_stories(edition_id: int, *, now: datetime) -> Edition:
    with transaction.atomic():
        edition = Edition.objects.locked(edition_id)
        if edition.state != State.PLANNED or edition.placements.exists():
            return edition
        if not edition.publication.is_active:
            raise NotAllowed("Its publication rests, so it takes no stories.")
        least = max(1, edition.publication.minimum_stories)
        most = max(least, edition.publication.maximum_stories)
        stories = queue.take(edition.publication, at=_leaves_at(edition, now=now), least=least, most=most)
        if not stories and now >= edition.due_at:
            _give_up(edition, f"Fewer than {least} stories were in the queue when it was due.")
        Placement.objects.bulk_create(
            Placement(edition=edition, story=story, position=n) for n, story in enumerate(stories, start=1)
        )
    return edition


def _hold_for_template(edition: Edition, gathered: Gathered, problem: str, *, now: datetime) -> Edition:
    """Held with its stories, unless it has gone on or its template is another by now; then it is tried again."""
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        template = edition.publication.template
        if (
            edition.state != State.PLANNED
            or not template
            or template.body != gathered.letters[Variant.DEFAULT].template
        ):
            return edition
        reason = f"The publication’s own template cannot be used for this letter. {problem}"
        return approval.hold(edition, reason=reason, now=now)


def _give_up(edition: Edition, why: str) -> None:
    if edition.publication.on_empty == OnEmpty.HOLD:
        edition.move(State.HELD, reason=why)
        act = Act.EDITION_HELD
    else:
        edition.move(State.CANCELLED, reason=f"Skipped: {why}")
        act = Act.EDITION_CANCELLED
    edition.save()
    trail.record(None, act, edition, reason=edition.reason)


def _freeze(
    edition: Edition,
    stories: list[Story],
    gathered: Gathered,
    made: dict[Variant, Made],
    *,
    now: datetime,
) -> Edition:
    """Store the letters, unless the edition has gone on or its stories are others by now."""
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state != State.PLANNED or _placed(edition) != stories:
            return edition
        publication = edition.publication
        arriving.give_up(edition, stories)
        for variant, (letter, findings) in made.items():
            FrozenLetter.objects.create(
                edition=edition,
                variant=variant,
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
                findings=[finding._asdict() for finding in findings],
            )
        edition.made_from = _made_from(edition, gathered)
        edition.content_hash = _content_hash([each.letter for each in made.values()])
        edition.assembled_at = now
        edition.move(State.ASSEMBLED, reason=edition.reason)  # why it was reopened, until it is approved
        edition.save()
        found = [finding for each in made.values() for finding in each.findings]
        stops = list(dict.fromkeys(finding.code for finding in found if finding.severity == "stop"))
        if stops:
            edition = approval.hold(edition, reason=f"Preflight found: {', '.join(stops)}.", now=now)
        elif edition.publication.approves_itself:
            edition = approval.approve(edition, content_hash=edition.content_hash, by=None, now=now)
    return edition


def _make(made: Contents) -> Made:
    letter = rendering.render(made)
    return Made(letter, list(preflight.check(letter, made)))


def _content_hash(letters: Iterable[Letter]) -> str:
    """Fingerprint of all letters of an edition: who approves it approves each of them."""
    words = [part for letter in letters for part in (letter.subject, letter.text, letter.html)]
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


def _made_from(edition: Edition, gathered: Gathered) -> str:
    """Fingerprint of all that readers get to see: what the letters say, whom one thanks, and who they are from."""
    by = edition.publication
    parts = [contents.fingerprint(made) for made in gathered.letters.values()]
    parts += [str(gathered.gave_within)] if gathered.gave_within else []
    parts += [by.sender_name, by.sender_email, by.reply_to, by.fallback_name]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _leaves_at(edition: Edition, *, now: datetime) -> datetime:
    """When its readers see it: a story's embargo and expiry are judged by that, not by when it is assembled."""
    return max(now, edition.due_at)


def _placed(edition: Edition) -> list[Story]:
    return [p.story for p in edition.placements.select_related("story__picture").order_by("position")]
