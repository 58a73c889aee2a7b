"""Choose the segments of an edition, count its readers, and remove segments that no edition to come needs."""

import copy
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audience import kept_reader_counts
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.editions import correction_lines
from newsletter.editions.models import Edition, EditionState, Variant
from newsletter.editions.reopen_edition import NOT_YET_SENT
from newsletter.letters import compose_letters, edit_edition, edition_decisions, frozen_audience
from newsletter.letters.edit_edition import SaveEffect
from newsletter.letters.frozen_audience import Audience
from newsletter.lib.errors import BadInput, InvalidState, VersionConflict
from newsletter.segments import edit_segment, may_ask
from newsletter.segments.condition_kinds import Scope
from newsletter.segments.definitions import segments_named
from newsletter.segments.models import Segment
from newsletter.segments.segment_counts import SegmentCount, count_where, matches_somebody

NEW_READERS = "Other segments were chosen, so the email was rebuilt."
TO_COME = (EditionState.PLANNED, EditionState.ASSEMBLED, EditionState.APPROVED, EditionState.HELD)
NOBODY = "Nobody would get it: it is for {}, and no reader is among them. Choose other readers."
Chosen = tuple[int | None, int | None]  # segment ids: sent to, left out


class ExpectedReaders(NamedTuple):
    """How many readers would get an edition. `counted_at` is the time of an older count; None: counted just now.

    `is_most`: it is for some of these readers, and the user may not know how many.
    """

    number: int
    is_estimate: bool
    counted_at: datetime | None
    is_most: bool = False


def chosen_segments(edition: Edition) -> Chosen:
    """Return the ids of the segments that the edition is sent to and leaves out."""
    return edition.send_to_id, edition.leave_out_id


def choose_segments(
    edition: Edition,
    *,
    send_to: Segment | None,
    leave_out: Segment | None,
    by: Actor,
    now: datetime,
    seen: Chosen | None = None,
    announced: SaveEffect | None = None,
) -> Edition:
    """Send an edition to `send_to` only, without those in `leave_out`. None: to all, and none left out.

    A built email is rebuilt. An approval ends only if `announced` is `UNAPPROVED`: else `ApprovalNeeded` is raised.
    `seen` is what the person saw chosen: `VersionConflict` is raised if it is something else now.
    """
    require(by, Permission.CURATE, publication=edition.publication_id)
    if send_to and send_to == leave_out:
        raise BadInput("leave out", "is the segment that gets the edition.", "Choose another one.")
    then = copy.copy(Edition.objects.fresh(edition.pk))
    then.send_to, then.leave_out = send_to, leave_out
    composed = compose_letters.compose_changed(then, now=now)
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        before = chosen_segments(edition)
        after = (send_to.pk if send_to else None, leave_out.pk if leave_out else None)
        if before == after:
            return edition
        if seen is not None and before != seen:
            raise VersionConflict("Someone else chose other readers for this edition. Nothing was saved.")
        if edit_edition.effect_of_saving(edition) == SaveEffect.CLOSED:
            raise InvalidState(f"Edition {edition.pk} is {edition.state}; its readers can no longer be chosen.")
        # locked, so that a segment that is being removed at this moment is either gone or kept
        ids = [pk for pk in after if pk]
        stored = Segment.objects.select_for_update().filter(pk__in=ids, publication=edition.publication_id)
        stored = stored.order_by("pk")
        if len(stored) != len(ids):
            raise BadInput("segment", "does not exist any more.", "Choose another one.")
        edition.send_to_id, edition.leave_out_id = after
        edition.save(update_fields=["send_to", "leave_out"])
        correction_lines.give_unsuitable_back(edition)
        if edition.state in NOT_YET_SENT:
            keeps = announced != SaveEffect.UNAPPROVED
            edition = edition_decisions.renew(edition, composed, reason=NEW_READERS, keeps_approval=keeps, now=now)
        chosen = frozen_audience.describe(frozen_audience.audience_of(edition))
        audit_trail.record(by, Act.EDITION_READERS_CHOSEN, edition, now=now, sent_to=chosen)
        undo_log.keep(
            by,
            UndoKind.READERS_CHOSEN,
            edition,
            f"The edition was given to {chosen}.",
            publication=edition.publication_id,
            before={"send_to": before[0], "leave_out": before[1]},
            after={"send_to": after[0], "leave_out": after[1]},
            now=now,
        )
    return edition


def current_audience(edition: Edition) -> Audience:
    """Return the audience that its built email is frozen with, otherwise that of its segments now.

    A held edition is built again when it is released, for the readers that are chosen by then.
    """
    if edition.state == EditionState.HELD:
        return frozen_audience.audience_of(edition)
    letter = edition.letters.filter(variant=Variant.DEFAULT).only("audience").first()
    return letter.audience if letter else frozen_audience.audience_of(edition)


def count_readers(edition: Edition, audience: Audience, *, now: datetime, exact: bool = False) -> SegmentCount | None:
    """Return how many readers would get the edition now; None for one to all readers."""
    publication = edition.publication
    inside = frozen_audience.readers_of(audience, Scope(publication.pk, publication.time_zone, now, ""))
    return count_where(publication, inside, now=now, exact=exact) if inside is not None else None


def reason_without_readers(edition: Edition, audience: Audience, *, now: datetime) -> str:
    """Return why nobody would get an edition for these segments; empty if somebody would, or if all readers get it."""
    publication = edition.publication
    inside = frozen_audience.readers_of(audience, Scope(publication.pk, publication.time_zone, now, ""))
    if inside is None or matches_somebody(publication, inside, now=now):
        return ""
    return NOBODY.format(frozen_audience.describe(audience))


def expected_readers(edition: Edition, *, user: User | None, now: datetime) -> ExpectedReaders:
    """Return how many readers would get the edition now: of its segments if it has some, else of its publication.

    A user who may not know how many readers a segment has gets the number of the publication; None may know it.
    """
    audience = current_audience(edition) if edition.pk else {}
    is_most = user is not None and not all(may_ask.may_see(user, content) for content in audience.values())
    if not is_most and (count := count_readers(edition, audience, now=now)):
        return ExpectedReaders(count.matching, not count.is_exact, None)
    counts, counted_at = kept_reader_counts.reader_counts(edition.publication, now=now)
    return ExpectedReaders(counts.active, is_most or counted_at is not None, counted_at, is_most)


def editions_to_come(segment: Segment) -> list[Edition]:
    """Return the editions to come whose readers depend on this segment, also through another segment."""
    ids = _users(segment)
    found = Edition.objects.filter(Q(send_to__in=ids) | Q(leave_out__in=ids), state__in=TO_COME)
    return list(found.select_related("publication").order_by("due_at", "pk"))


def remove_segment(segment: Segment, *, by: Actor = None, now: datetime) -> None:
    """Remove a segment. Raises `InvalidState` while an edition to come or another segment uses it.

    Sent editions keep what the segment was, with their letters.
    """
    with transaction.atomic():
        using = Edition.objects.filter(Q(send_to=segment.pk) | Q(leave_out=segment.pk))
        list(using.order_by("pk").select_for_update().values_list("pk"))
        edit_segment.lock_segments(segment.publication_id)
        current = Segment.objects.select_for_update().filter(pk=segment.pk).first()
        if current is None:
            return
        if waiting := list(using.filter(state__in=TO_COME).order_by("due_at").values_list("pk", flat=True)):
            which = ", ".join(map(str, waiting[:10]))
            raise InvalidState(
                f"The segment “{current.name}” is chosen for edition {which}. Choose other readers there first."
            )
        Edition.objects.filter(send_to=current).update(send_to=None)
        Edition.objects.filter(leave_out=current).update(leave_out=None)
        edit_segment.remove_segment(current, by=by, now=now)


def _users(segment: Segment) -> set[int]:
    """Return the ids of this segment and of all that contain it."""
    named = {
        pk: segments_named(definition)
        for pk, definition in Segment.objects.filter(publication=segment.publication_id).values_list("pk", "definition")
    }
    found, more = set[int](), {segment.pk}
    while more:
        found |= more
        more = {pk for pk, names in named.items() if names & more} - found
    return found
