"""Create, update, activate and retire appeals, and list the lines that identify copies of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, changed_fields, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.giving import appeal_amounts
from newsletter.giving.models import Appeal
from newsletter.lib.errors import BadInput
from newsletter.lib.model_validation import field_label, validate_model
from newsletter.lib.web_urls import validate_web_url
from newsletter.mail.text_cleaning import clean_line, clean_lines, escape_merge_tags_in_url
from newsletter.publications.models import Publication

MAX_POINTS = 8
MAX_THANKS_DAYS = 365  # gifts are kept a little longer (gift_records.py)
MAX_POINT_CHARS = 160  # about two lines on a phone
MAX_CHARS = {
    "lead": 600,
    "closing": 400,
    "thanks_lead": 600,
}  # Django enforces the length of a text field only in forms


class OptionalAppealFields(TypedDict, total=False):
    """Fields of an appeal that may be left out."""

    lead: str
    points: Sequence[str]
    closing: str
    amounts: Sequence[int]
    currency: str
    amount_url: str
    goal: int | None
    raised: int | None
    raised_on: date | None
    match: str
    match_ends_at: datetime | None
    thanks_heading: str
    thanks_lead: str
    thanks_days: int
    starts_on: date | None
    ends_on: date | None
    priority: int
    place: str
    story_number: int
    paragraph_number: int
    is_active: bool


class AppealFields(OptionalAppealFields, total=False):
    """All fields that the newsroom can set."""

    name: str
    heading: str
    button: str
    url: str


def create_appeal(
    publication: Publication,
    *,
    name: str,
    heading: str,
    button: str,
    url: str,
    by: Actor = None,
    **optional: Unpack[OptionalAppealFields],
) -> Appeal:
    """Create an appeal of `publication`. Raises `BadInput`, also if another appeal has this name."""
    require(by, Permission.APPROVE, publication=publication)
    with transaction.atomic():
        required: AppealFields = {"name": name, "heading": heading, "button": button, "url": url}
        appeal = draft_appeal(Appeal(publication=publication), {**required, **optional})
        appeal.save(force_insert=True)
        audit_trail.record(by, Act.APPEAL_ADDED, appeal, publication=publication.slug, active=appeal.is_active)
        undo_log.keep(
            by, UndoKind.APPEAL_ADDED, appeal, f"The appeal “{appeal}” was added.", publication=publication.pk
        )
    return appeal


def update_appeal(appeal: Appeal, *, by: Actor = None, **fields: Unpack[AppealFields]) -> Appeal:
    """Change `fields` and leave the other fields as they are in the database. Raises `BadInput`."""
    require(by, Permission.APPROVE, publication=appeal.publication_id)
    with transaction.atomic():
        current = Appeal.objects.select_for_update().get(pk=appeal.pk)
        before, stored = changed_fields.field_values(current, fields), undo_log.stored_values(current, fields)
        draft_appeal(current, fields)
        current.save(update_fields=list(fields))
        if changes := changed_fields.describe_changes(before, current):
            audit_trail.record(by, Act.APPEAL_CHANGED, current, **changes)
            _keep(by, current, stored, undo_log.stored_values(current, fields))
    appeal.refresh_from_db()
    return appeal


def activate(appeal: Appeal, *, by: Actor = None) -> Appeal:
    """Offer the appeal to editions, after somebody has confirmed that its text is the newsroom's own."""
    return update_appeal(appeal, by=by, is_active=True)


def retire(appeal: Appeal, *, by: Actor = None) -> Appeal:
    """Stop offering the appeal to editions, also one that is no longer valid.

    Sent emails keep it; built ones that wait are rebuilt without it.
    """
    require(by, Permission.APPROVE, publication=appeal.publication_id)
    with transaction.atomic():
        if Appeal.objects.filter(pk=appeal.pk, is_active=True).update(is_active=False):
            audit_trail.record(by, Act.APPEAL_CHANGED, appeal, is_active="yes → no")
            _keep(by, appeal, {"is_active": True}, {"is_active": False})
    appeal.refresh_from_db()
    return appeal


def list_lines(appeal: Appeal) -> list[str]:
    """Return all text lines of the appeal, used to recognise a copy of it in pasted text."""
    every = [appeal.heading, *appeal.lead.splitlines(), *appeal.points, *appeal.closing.splitlines()]
    every += [appeal.match, appeal.button]
    return [line for line in every if line]


def draft_appeal(appeal: Appeal, fields: AppealFields) -> Appeal:
    """Set `fields` in memory, validated, and return the appeal; nothing is stored. Raises `BadInput`."""
    for name, value in fields.items():
        if name not in AppealFields.__annotations__:
            raise TypeError(f"an appeal has no settable field {name!r}")
        setattr(appeal, name, _normalised(appeal, name, value))
    if not appeal.heading:
        raise BadInput("heading", "is empty.", "Enter what you ask for in a few words.")
    if not appeal.button:
        raise BadInput("button", "is empty.", "Enter a verb and an object, such as Support this reporting.")
    for name, limit in MAX_CHARS.items():
        if len(getattr(appeal, name)) > limit:
            raise BadInput(
                field_label(appeal, name), f"has {len(getattr(appeal, name))} characters.", f"Use at most {limit}."
            )
    for name in ("story_number", "paragraph_number"):
        number: object = getattr(appeal, name)
        if isinstance(number, int) and number < 1:
            raise BadInput(
                field_label(appeal, name), f"cannot be {number}.", "Numbers start at 1: an appeal never comes first."
            )
    days: object = appeal.thanks_days
    if isinstance(days, int) and not 0 <= days <= MAX_THANKS_DAYS:
        raise BadInput(
            field_label(appeal, "thanks_days"),
            f"cannot be {days}.",
            f"Enter 0 to {MAX_THANKS_DAYS}. With 0, recent donors see the appeal too.",
        )
    _check_dates(appeal)
    appeal_amounts.validate_figures(appeal)
    others = Appeal.objects.filter(publication_id=appeal.publication_id, name=appeal.name).exclude(pk=appeal.pk)
    if others.exists():
        raise BadInput("name", "is already used by another appeal.", "Enter a different name.")
    validate_model(appeal)
    return appeal


def _keep(by: Actor, appeal: Appeal, before: dict[str, Any], after: dict[str, Any]) -> None:
    done, publication = f"The appeal “{appeal}” was changed.", appeal.publication_id
    undo_log.keep(by, UndoKind.APPEAL_CHANGED, appeal, done, publication=publication, before=before, after=after)


def _normalised(appeal: Appeal, name: str, value: object) -> object:
    if name == "points":
        return _points(value)
    if name == "amounts":
        return appeal_amounts.validate_amounts(value)
    if name in (
        "name",
        "heading",
        "lead",
        "closing",
        "button",
        "url",
        "place",
        "thanks_heading",
        "thanks_lead",
        *appeal_amounts.TEXT,
    ):
        if not isinstance(value, str):
            raise BadInput(field_label(appeal, name), "is not text.")
        if name == "url":
            return escape_merge_tags_in_url(validate_web_url(value, field=field_label(appeal, name)))
        if name == "currency":
            return appeal_amounts.validate_currency(value)
        if name == "amount_url":
            return escape_merge_tags_in_url(value.strip())
        return clean_lines(value) if name in MAX_CHARS else clean_line(value)
    return value


def _points(value: object) -> list[str]:
    hint = f"Enter up to {MAX_POINTS} short lines."
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(point, str) for point in value):
        raise BadInput("points", "are not a list of lines.", hint)
    points = [point for point in map(clean_line, value) if point]
    if len(points) > MAX_POINTS:
        raise BadInput("points", f"are {len(points)}.", hint)
    if any(len(point) > MAX_POINT_CHARS for point in points):
        raise BadInput("points", f"include one with more than {MAX_POINT_CHARS} characters.", hint)
    return points


def _check_dates(appeal: Appeal) -> None:
    for name in ("starts_on", "ends_on"):
        day: object = getattr(appeal, name)
        if day is not None and type(day) is not date:  # a datetime is a date to Python, but cannot be compared with one
            raise BadInput(
                field_label(appeal, name), "is not a date.", "Enter a date such as 2026-12-01, or leave it empty."
            )
    if appeal.starts_on and appeal.ends_on and appeal.ends_on < appeal.starts_on:
        raise BadInput(
            field_label(appeal, "ends_on"), "is before the first day.", "Enter a later date, or leave it empty."
        )
