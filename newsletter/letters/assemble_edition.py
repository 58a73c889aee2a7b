"""Assembly of an edition: take picked stories and others of the queue, choose and place the appeal, freeze the letter.

    take the stories (commit) → gather → render and inline → preflight → freeze (commit)

An edition with an appeal has two or three letters, each rendered and inlined once: the default one, a thank-you letter
for recent donors, and one without the appeal for readers who chose that.

Assembly is idempotent: an edition that is not planned is left unchanged.
"""

from contextlib import nullcontext
from datetime import datetime
from functools import partial
from typing import NamedTuple

import structlog
from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.editions import correction_lines, reopen_edition
from newsletter.editions.edition_stories import planned_stories, printed_stories
from newsletter.editions.edition_texts import stored_texts
from newsletter.editions.embargo_and_expiry import placed_stories
from newsletter.editions.models import Edition, EditionState, Placement, Variant
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.letters import compose_letters, edition_decisions, letter_inputs, missing_pictures, render_letter
from newsletter.letters.compose_letters import Composed, LetterDraft
from newsletter.letters.content.letter_content import LetterContent
from newsletter.lib.errors import InvalidState
from newsletter.mail.message import Letter
from newsletter.publications.models import TooFewStoriesPolicy
from newsletter.rendering.custom_template.preview_slots import preview_slot
from newsletter.rendering.markup.inlining_error import InliningError
from newsletter.rendering.render_templates import RenderingError
from newsletter.stories import story_queue
from newsletter.stories.models import Story

log = structlog.get_logger()
NO_THANKS = "There is no thank-you version: this edition has no appeal, or its appeal has no thank-you period."
NO_VERSION = {
    Variant.DEFAULT: "This edition has no email yet.",
    Variant.THANKS: NO_THANKS,
    Variant.PLAIN: "There is no version without appeal, because this edition has no appeal.",
}
CHANGED = "Content changed after the email was built, so it is rebuilt and must be approved again."


class Asked(NamedTuple):
    """Who asked for an assembly before its time."""

    by: Actor


def assemble(edition_id: int, *, now: datetime, asked: Asked | None = None) -> Edition:
    """Freeze the letter of a planned edition and return the edition. It is recorded if somebody `asked` for it.

    With too few stories the edition stays planned until it is due, and is then skipped or held, as its publication
    says. With `stop` findings of preflight it is held. Assembly waits only for pictures that were requested a moment
    ago; later pictures are left out of the letter. `TemplateRendererUnavailable` leaves the edition planned, and the
    next periodic task tries again.
    """
    if asked:
        publication = Edition.objects.fresh(edition_id).publication_id
        require(asked.by, Permission.APPROVE, publication=publication)
    edition = _take_stories(edition_id, now=now)
    if edition.state != EditionState.PLANNED or not edition.placements.exists():
        return edition
    changeable, stories = _changeable(edition), placed_stories(edition)
    if missing_pictures.should_wait_for_pictures(edition, stories, now=now):
        return edition
    gathered = compose_letters.gather_letters(edition, stories, now=now)
    try:
        composed = compose_letters.compose(edition, stories, gathered, now=now)
    except (RenderingError, InliningError) as error:
        if not gathered.letters[Variant.DEFAULT].template:
            raise  # one of our own templates is broken: an operator must fix it
        return _hold_for_template(edition, gathered, str(error), now=now)
    return _freeze(edition, stories, changeable, composed, asked=asked, now=now)


def preview(edition: Edition, *, now: datetime, variant: Variant = Variant.DEFAULT) -> Letter:
    """Return the letter as assembly would make it now, without storing it.

    For an edition with frozen letters, return the frozen one. Raises `InvalidState` when there is no such variant.
    """
    if frozen := {letter.variant: letter for letter in edition.letters.all()}:
        if variant not in frozen:
            raise InvalidState(NO_VERSION[variant])
        return Letter(frozen[variant].subject, frozen[variant].text, frozen[variant].html)
    letters = preview_contents(edition, now=now)
    if variant not in letters:
        raise InvalidState(NO_VERSION[variant])
    with preview_slot() if letters[variant].template else nullcontext():
        return render_letter.render(letters[variant])


def preview_contents(edition: Edition, *, now: datetime) -> dict[Variant, LetterContent]:
    """Return the contents of the letters as assembly would make them now; raise `InvalidState` without any story.

    The edition may be one that was changed in memory.
    """
    stories = placed_stories(edition) or offered_stories(edition, now=now)
    if not stories:
        raise InvalidState("The story queue is empty, so there is nothing to preview.")
    return compose_letters.gather_letters(edition, stories, now=now).letters


def offered_stories(edition: Edition, *, now: datetime) -> list[Story]:
    """Return the stories that a planned edition would have if it were assembled now."""
    return printed_stories(planned_stories(edition, now=now))


def has_plain_letter(edition: Edition, *, now: datetime) -> bool:
    """Return whether the edition has a letter without its appeal, or would have one if assembled now."""
    if edition.content_hash:
        return edition.letters.filter(variant=Variant.PLAIN).exists()
    return compose_letters.appeal_of(edition, now=now) is not None


def has_thanks_letter(edition: Edition, *, now: datetime) -> bool:
    """Return whether the edition has a thank-you letter, or would have one if assembled now."""
    if edition.content_hash:
        return edition.letters.filter(variant=Variant.THANKS).exists()
    appeal = compose_letters.appeal_of(edition, now=now)
    return bool(appeal and appeal.thanks_days)


def variants_of(edition: Edition, *, now: datetime) -> list[Variant]:
    """Return the variants of the edition's letter, or those that it would have if assembled now; the default first."""
    found = [Variant.DEFAULT]
    if has_thanks_letter(edition, now=now):
        found.append(Variant.THANKS)
    if has_plain_letter(edition, now=now):
        found.append(Variant.PLAIN)
    return found


def is_stale(edition: Edition, *, now: datetime | None = None) -> bool:
    """Return True when assembling the edition now would make a different letter.

    Either content has changed, or the edition is overdue at `now` and its appeal has ended since.
    """
    stories = placed_stories(edition)
    if not stories:
        return True
    gathered = compose_letters.gather_letters(edition, stories, now=now or edition.due_at)
    return compose_letters.made_from(edition, gathered) != edition.made_from


def refresh_stale(*, now: datetime | None = None) -> list[int]:
    """Reopen every unsent edition with a stale letter, so that it is rebuilt; return their ids.

    Only editions are looked at for which something has changed since their last comparison (letter_inputs.py). An
    edition that cannot be checked is logged, and the others are still processed.
    """
    reopened = []
    for pk, versions in letter_inputs.to_compare(reopen_edition.NOT_YET_SENT, now=now).items():
        try:
            with transaction.atomic():
                edition = Edition.objects.locked(pk)
                if edition.state not in reopen_edition.NOT_YET_SENT:
                    continue
                if is_stale(edition, now=now):
                    reopen_edition.reopen(edition, reason=CHANGED)
                    log.info("edition.reopened", edition=pk)
                    reopened.append(pk)
                else:
                    # read before the comparison: what changed in between has other versions the next time
                    Edition.objects.filter(pk=pk).update(compared=versions)
        except Exception:
            log.exception("edition.not_refreshed", edition=pk)
    return reopened


def _take_stories(edition_id: int, *, now: datetime) -> Edition:
    with transaction.atomic():
        edition = Edition.objects.locked(edition_id)
        if edition.state != EditionState.PLANNED or edition.placements.exists():
            return edition
        if not edition.publication.is_active:
            raise InvalidState("The publication is paused, so its editions take no stories.")
        minimum = max(1, edition.publication.minimum_stories)
        planned = partial(offered_stories, edition, now=now)
        stories = story_queue.take_for_edition(edition.publication, planned, min_stories=minimum)
        if not stories and now >= edition.due_at:
            _give_up(edition, f"{edition_decisions.TOO_FEW_STORIES} {minimum} stories when the edition was due.")
        Placement.objects.bulk_create(
            Placement(edition=edition, story=story, position=n) for n, story in enumerate(stories, start=1)
        )
        if stories:
            correction_lines.take_lines(edition)
    return edition


def _hold_for_template(edition: Edition, gathered: LetterDraft, problem: str, *, now: datetime) -> Edition:
    """Hold the edition with its stories, unless its state or its template has changed; then it is tried again."""
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        template = edition.publication.template
        if (
            edition.state != EditionState.PLANNED
            or not template
            or template.body != gathered.letters[Variant.DEFAULT].template
        ):
            return edition
        reason = f"The publication’s custom template cannot be used for this email. {problem}"
        return edition_decisions.hold(edition, reason=reason, now=now)


def _give_up(edition: Edition, why: str) -> None:
    if edition.publication.on_empty == TooFewStoriesPolicy.HOLD:
        edition.move(EditionState.HELD, reason=why)
        act = Act.EDITION_HELD
    else:
        edition.move(EditionState.CANCELLED, reason=f"{edition_decisions.SKIPPED} {why}")
        act = Act.EDITION_CANCELLED
    edition.save()
    audit_trail.record(None, act, edition, reason=edition.reason)


def _changeable(edition: Edition) -> tuple[list[tuple[int, int]], list[StoryCorrection]]:
    """Return what people may change while the letters are rendered: values of stories, and lines of corrections."""
    return list(edition.picks.values_list("pk", "version")), correction_lines.lines_of(edition)


def _freeze(
    edition: Edition,
    stories: list[Story],
    changeable: object,
    composed: Composed,
    *,
    asked: Asked | None,
    now: datetime,
) -> Edition:
    """Store the letters, unless what they were made of has changed meanwhile."""
    written, chosen = stored_texts(edition), (edition.send_to_id, edition.leave_out_id, edition.left_out_snippets)
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state != EditionState.PLANNED or placed_stories(edition) != stories:
            return edition
        if stored_texts(edition) != written or _changeable(edition) != changeable:
            return edition
        if (edition.send_to_id, edition.leave_out_id, edition.left_out_snippets) != chosen:
            return edition
        missing_pictures.abandon_pictures(edition, stories)
        compose_letters.freeze(edition, composed, now=now)
        edition.move(EditionState.ASSEMBLED, reason=edition.reason)  # keeps why it was reopened, until it is approved
        edition.save()
        if asked:
            audit_trail.record(
                asked.by, Act.EDITION_ASSEMBLED, edition, now=now, content_hash=edition.content_hash[:12]
            )
        return edition_decisions.review(edition, now=now)
