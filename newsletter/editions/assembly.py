"""Assembly: stories taken from the queue, the appeal chosen and placed, the letter frozen.

    take the stories (commit) → gather → render and inline → preflight → freeze (commit)

Run twice, it does nothing the second time: an edition that is not planned is left as it is.
"""

import hashlib
from datetime import datetime
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import transaction

from newsletter.editions import approval, arriving, contents, preflight, rendering, reopening
from newsletter.editions.arranging import kinds
from newsletter.editions.contents import Contents
from newsletter.editions.models import Edition, FrozenLetter, Placement, State
from newsletter.giving.choosing import chosen
from newsletter.giving.models import Appeal
from newsletter.giving.placing import Rule, Shape, spot
from newsletter.lib.errors import NotAllowed
from newsletter.mail.inlining import InliningError
from newsletter.mail.letters import Letter
from newsletter.mail.rendering import RenderingError
from newsletter.publications.models import OnEmpty
from newsletter.stories import queue, richtext
from newsletter.stories.models import Kind, Story

log = structlog.get_logger()
CHANGED = "Something in it was changed after it was assembled, so it is assembled and approved anew."
DEFAULT = "default"  # the variant that everybody gets


class Gathered(NamedTuple):
    """What a letter is made of, and the appeal in it, if any."""

    contents: Contents
    appeal: Appeal | None


def assemble(edition_id: int, *, now: datetime) -> Edition:
    """Freeze the letter of a planned edition and return it assembled.

    With too few stories it stays planned until it is due, and is then skipped or held, as the
    publication says. With `stop` findings of preflight it is held. It waits for pictures that were
    asked for a moment ago, and for no others: what has not come by then is not in the letter.
    """
    edition = _take_stories(edition_id, now=now)
    if edition.state != State.PLANNED or not edition.placements.exists():
        return edition
    stories = _placed(edition)
    if arriving.worth_waiting(edition, stories, now=now):
        return edition
    gathered = gather(edition, stories)
    try:
        letter = rendering.render(gathered.contents)
    except (RenderingError, InliningError) as error:
        if not gathered.contents.template:
            raise  # ours is broken, which is for those who keep the house
        return _hold_for_template(edition, gathered, str(error), now=now)
    findings = [*preflight.check(letter, gathered.contents), *arriving.missing(edition, stories)]
    return _freeze(edition, stories, gathered, letter, findings=findings, now=now)


def preview(edition: Edition, *, now: datetime) -> Letter:
    """The letter as it would be assembled at this moment, by the same road; nothing is kept.

    For an edition with a frozen letter, that letter.
    """
    if frozen := edition.letters.filter(variant=DEFAULT).first():
        return Letter(frozen.subject, frozen.text, frozen.html)
    waiting = Story.objects.filter(publication_id=edition.publication_id).offered(_leaves_at(edition, now=now))
    waiting = waiting.select_related("picture")
    stories = _placed(edition) or list(waiting[: edition.publication.maximum_stories])
    if not stories:
        raise NotAllowed("There is no story in the queue yet, so there is nothing to preview.")
    return rendering.render(gather(edition, stories).contents)


def gather(edition: Edition, stories: list[Story]) -> Gathered:
    """Contents for `stories` in this order, with the appeal that is on for the edition's day."""
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
    return Gathered(made, appeal if place else None)


def is_stale(edition: Edition) -> bool:
    """True when a story, the appeal or the publication is not what the frozen letter was made from."""
    stories = _placed(edition)
    return not stories or _made_from(edition, gather(edition, stories).contents) != edition.made_from


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
        if edition.state != State.PLANNED or not template or template.body != gathered.contents.template:
            return edition
        reason = f"The publication’s own template cannot be used for this letter. {problem}"
        return approval.hold(edition, reason=reason, now=now)


def _give_up(edition: Edition, why: str) -> None:
    if edition.publication.on_empty == OnEmpty.HOLD:
        edition.move(State.HELD, reason=why)
    else:
        edition.move(State.CANCELLED, reason=f"Skipped: {why}")
    edition.save()


def _freeze(
    edition: Edition,
    stories: list[Story],
    gathered: Gathered,
    letter: Letter,
    *,
    findings: list[preflight.Finding],
    now: datetime,
) -> Edition:
    """Store the letter, unless the edition has gone on or its stories are others by now."""
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state != State.PLANNED or _placed(edition) != stories:
            return edition
        publication = edition.publication
        arriving.give_up(edition, stories)
        FrozenLetter.objects.create(
            edition=edition,
            variant=DEFAULT,
            appeal=gathered.appeal,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            sender_name=publication.sender_name,
            sender_email=publication.sender_email,
            reply_to=publication.reply_to,
            fallback_name=publication.fallback_name,
            click_tracking=gathered.contents.click_tracking,
            findings=[finding._asdict() for finding in findings],
        )
        edition.made_from = _made_from(edition, gathered.contents)
        edition.content_hash = hashlib.sha256(
            "\0".join([letter.subject, letter.text, letter.html]).encode()
        ).hexdigest()
        edition.assembled_at = now
        edition.move(State.ASSEMBLED, reason=edition.reason)  # why it was reopened, until it is approved
        edition.save()
        stops = [finding.code for finding in findings if finding.severity == "stop"]
        if stops:
            edition = approval.hold(edition, reason=f"Preflight found: {', '.join(stops)}.", now=now)
        elif edition.publication.approves_itself:
            edition = approval.approve(edition, content_hash=edition.content_hash, by=None, now=now)
    return edition


def _made_from(edition: Edition, made: Contents) -> str:
    """Fingerprint of all that readers get to see: the letter's contents, and who it is from."""
    by = edition.publication
    parts = (contents.fingerprint(made), by.sender_name, by.sender_email, by.reply_to, by.fallback_name)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _leaves_at(edition: Edition, *, now: datetime) -> datetime:
    """When its readers see it: a story's embargo and expiry are judged by that, not by when it is assembled."""
    return max(now, edition.due_at)


def _placed(edition: Edition) -> list[Story]:
    return [p.story for p in edition.placements.select_related("story__picture").order_by("position")]
