"""Add, change and remove the segments of a publication."""

from datetime import datetime
from typing import Any

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.lib.errors import BadInput, InvalidState, VersionConflict
from newsletter.lib.model_validation import validate_model
from newsletter.mail.text_cleaning import clean_line
from newsletter.publications.models import Publication
from newsletter.segments import may_ask
from newsletter.segments.definitions import clean_definition, segments_named
from newsletter.segments.models import Segment
from newsletter.segments.segment_content import check_all, content_of, content_of_definition, sentence

MAX_SEGMENTS = 200  # of a publication


def add_segment(publication: Publication, *, name: str, definition: object, by: Actor = None, now: datetime) -> Segment:
    """Add a segment. Raises `BadInput`, also if the publication has one with this name; `NotPermitted` (may_ask.py)."""
    require(by, Permission.AUDIENCE, publication=publication)
    with transaction.atomic():
        lock_segments(publication.pk)
        if publication.segments.count() >= MAX_SEGMENTS:
            raise BadInput(
                "segment", f"is one too many: {publication} has {MAX_SEGMENTS}.", "Remove one of them first."
            )
        segment = Segment(publication=publication, created_at=now, changed_at=now)
        _set(segment, name=name, definition=definition, by=by)
        segment.save(force_insert=True)
        audit_trail.record(by, Act.SEGMENT_ADDED, segment, now=now, publication=publication.slug, means=_means(segment))
    return segment


def change_segment(
    segment: Segment,
    *,
    name: str | None = None,
    definition: object = None,
    seen_version: int | None = None,
    by: Actor = None,
    now: datetime,
) -> Segment:
    """Change the name or the conditions. Raises `BadInput`, and `VersionConflict` if somebody else changed it since."""
    require(by, Permission.AUDIENCE, publication=segment.publication_id)
    with transaction.atomic():
        lock_segments(segment.publication_id)
        current = Segment.objects.select_for_update().filter(pk=segment.pk).first()
        if current is None:
            raise InvalidState("This segment was removed.")
        before = (current.name, current.definition)
        if seen_version is not None and current.version != seen_version:
            raise VersionConflict("Someone else changed this segment since you opened it. Nothing was saved.")
        _set(
            current,
            name=current.name if name is None else name,
            definition=current.definition if definition is None else definition,
            by=by,
        )
        if (current.name, current.definition) == before:
            return current
        current.version, current.changed_at = current.version + 1, now
        current.save()
        check_all(current.publication_id)  # those that name this one contain what it contains now
        details: dict[str, Any] = {"means": _means(current)} if current.definition != before[1] else {}
        if current.name != before[0]:
            details["name"] = f"{before[0]} → {current.name}"
        audit_trail.record(by, Act.SEGMENT_CHANGED, current, now=now, **details)
    return current


def remove_segment(segment: Segment, *, by: Actor = None, now: datetime) -> None:
    """Remove a segment. Repeatable. Raises `InvalidState` while another segment names it.

    Editions are above this package: see letters/edition_audience.py.
    """
    require(by, Permission.AUDIENCE, publication=segment.publication_id)
    with transaction.atomic():
        lock_segments(segment.publication_id)
        current = Segment.objects.select_for_update().filter(pk=segment.pk).first()
        if current is None:
            return
        if users := used_by(current):
            names = ", ".join(f"“{one.name}”" for one in users)
            raise InvalidState(f"The segment “{current.name}” is part of {names}. Change that first.")
        audit_trail.record(by, Act.SEGMENT_REMOVED, current, now=now, means=_means(current))
        current.delete()


def used_by(segment: Segment) -> list[Segment]:
    """Return the segments with a condition on this one."""
    others = Segment.objects.filter(publication=segment.publication_id).exclude(pk=segment.pk)
    return [other for other in others if segment.pk in segments_named(other.definition)]


def lock_segments(publication_id: int) -> None:
    """Let one change of a publication's segments happen at a time, because they name each other.

    Locks are taken in this order: editions, their publication, its segments.
    """
    Publication.objects.select_for_update(no_key=True).get(pk=publication_id)


def _set(segment: Segment, *, name: str, definition: object, by: Actor) -> None:
    segment.name = clean_line(name)
    if not segment.name:
        raise BadInput("name", "is empty.", "Enter a name that says who is in the segment.")
    segment.definition = clean_definition(definition)
    # refuses a segment that is gone, or within itself
    may_ask.require_to_ask(by, content_of_definition(segment, segment.definition))
    validate_model(segment)


def _means(segment: Segment) -> str:
    return sentence(content_of(segment))
