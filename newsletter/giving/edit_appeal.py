"""Appeals as the newsroom writes them: add, revise, retire, and the lines they are known by."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import transaction

from newsletter.giving import appeal_amounts
from newsletter.giving.models import Appeal
from newsletter.lib.errors import BadInput
from newsletter.lib.model_validation import field_label, validate_model
from newsletter.lib.web_urls import validate_web_url
from newsletter.mail.text_cleaning import clean_line, clean_lines, escape_merge_tags_in_url
from newsletter.publications.models import Publication

MOST_POINTS = 8
LONGEST_THANKS = 365  # days; gifts are kept a little longer (gift_records.py)
LONGEST_POINT = 160  # characters: about two lines on a phone
LONGEST = {"lead": 600, "closing": 400, "thanks_lead": 600}  # Django leaves the length of a text field to forms


class OptionalFields(TypedDict, total=False):
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


class Fields(OptionalFields, total=False):
    """Every field that the newsroom gives."""

    name: str
    heading: str
    button: str
    url: str


def add(
    publication: Publication, *, name: str, heading: str, button: str, url: str, **optional: Unpack[OptionalFields]
) -> Appeal:
    """A new appeal of `publication`; raises `BadInput`, also when there is one of this name already."""
    appeal = Appeal(publication=publication)
    _fill(appeal, {"name": name, "heading": heading, "button": button, "url": url, **optional})
    appeal.save(force_insert=True)
    return appeal


def revise(appeal: Appeal, **fields: Unpack[Fields]) -> Appeal:
    """Change `fields` and leave the others as they are in the database by now; raises `BadInput`."""
    with transaction.atomic():
        current = Appeal.objects.select_for_update().get(pk=appeal.pk)
        _fill(current, fields)
        current.save(update_fields=list(fields))
    appeal.refresh_from_db()
    return appeal


def activate(appeal: Appeal) -> Appeal:
    """Offer it to editions: somebody has read its words and says that they are the newsroom's own."""
    return revise(appeal, is_active=True)


def retire(appeal: Appeal) -> Appeal:
    """No edition is offered it any more; letters that carry it already keep it."""
    Appeal.objects.filter(pk=appeal.pk).update(is_active=False)
    appeal.refresh_from_db()
    return appeal


def lines(appeal: Appeal) -> list[str]:
    """All lines of words in it, by which a copy of it is recognised in pasted text."""
    every = [appeal.heading, *appeal.lead.splitlines(), *appeal.points, *appeal.closing.splitlines()]
    every += [appeal.match, appeal.button]
    return [line for line in every if line]


def _fill(appeal: Appeal, fields: Fields) -> None:
    for name, value in fields.items():
        if name not in Fields.__annotations__:
            raise TypeError(f"an appeal has no field {name!r} to be given")
        setattr(appeal, name, _normalised(appeal, name, value))
    if not appeal.heading:
        raise BadInput("heading", "is empty.", "Say in a few words what you ask for.")
    if not appeal.button:
        raise BadInput("button", "is empty.", "Give a verb and a thing, such as Support this reporting.")
    for name, most in LONGEST.items():
        if len(getattr(appeal, name)) > most:
            raise BadInput(
                field_label(appeal, name), f"has {len(getattr(appeal, name))} characters.", f"Use at most {most}."
            )
    for name in ("story_number", "paragraph_number"):
        number: object = getattr(appeal, name)
        if isinstance(number, int) and number < 1:
            raise BadInput(
                field_label(appeal, name), f"cannot be {number}.", "Count from 1: an appeal never stands first."
            )
    days: object = appeal.thanks_days
    if isinstance(days, int) and not 0 <= days <= LONGEST_THANKS:
        raise BadInput(
            field_label(appeal, "thanks_days"), f"cannot be {days}.", f"Give 0 to {LONGEST_THANKS}; 0 asks everybody."
        )
    _check_dates(appeal)
    appeal_amounts.check(appeal)
    others = Appeal.objects.filter(publication_id=appeal.publication_id, name=appeal.name).exclude(pk=appeal.pk)
    if others.exists():
        raise BadInput("name", "is that of another appeal already.", "Give it a name of its own.")
    validate_model(appeal)


def _normalised(appeal: Appeal, name: str, value: object) -> object:
    if name == "points":
        return _points(value)
    if name == "amounts":
        return appeal_amounts.amounts(value)
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
            return appeal_amounts.currency(value)
        if name == "amount_url":
            return escape_merge_tags_in_url(value.strip())
        return clean_lines(value) if name in LONGEST else clean_line(value)
    return value


def _points(value: object) -> list[str]:
    hint = f"Give up to {MOST_POINTS} short lines."
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(point, str) for point in value):
        raise BadInput("points", "are not a list of lines.", hint)
    points = [point for point in map(clean_line, value) if point]
    if len(points) > MOST_POINTS:
        raise BadInput("points", f"are {len(points)}.", hint)
    if any(len(point) > LONGEST_POINT for point in points):
        raise BadInput("points", f"hold one of more than {LONGEST_POINT} characters.", hint)
    return points


def _check_dates(appeal: Appeal) -> None:
    for name in ("starts_on", "ends_on"):
        day: object = getattr(appeal, name)
        if day is not None and type(day) is not date:  # a datetime is a date to Python, and would not compare
            raise BadInput(field_label(appeal, name), "is not a date.", "Give a day such as 2026-12-01, or none.")
    if appeal.starts_on and appeal.ends_on and appeal.ends_on < appeal.starts_on:
        raise BadInput(field_label(appeal, "ends_on"), "is before its first day.", "Give a later day, or none.")
