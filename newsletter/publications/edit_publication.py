"""Create and update publications. Every field is validated before a row is written."""

from datetime import date, datetime, time
from typing import TypedDict, Unpack

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, changed_fields
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.lib import clock
from newsletter.lib.errors import BadInput
from newsletter.lib.language_tags import language_tag
from newsletter.lib.model_validation import field_label, validate_model
from newsletter.lib.web_urls import parse_hosts, validate_web_url
from newsletter.mail.text_cleaning import clean_line, escape_merge_tags_in_url
from newsletter.pictures import import_pictures
from newsletter.pictures.models import Use
from newsletter.publications import past_schedules, staff_sender, validate_brand
from newsletter.publications.models import Publication
from newsletter.publications.validate_publication import MAX_AHEAD_MINUTES, check

WEEK = 7 * 24 * 60  # minutes
# Smallest and largest sensible values; anything beyond is a typing error.
BOUNDS = {
    "logo_width": (16, 600),  # the email is 600 pixels wide
    "lead_minutes": (0, WEEK),
    "schedule_ahead_minutes": (0, MAX_AHEAD_MINUTES),
    "minimum_stories": (1, 50),
    "maximum_stories": (1, 50),
    "closing_minutes": (0, WEEK),  # may be empty
    "teaser_paragraphs": (1, 20),
    "lateness_limit_minutes": (1, WEEK),
    "pace_per_minute": (1, 10_000_000),  # both may be empty
    "pace_per_hour": (1, 10_000_000),
}
LOGO_FIELDS = {"logo_width"}  # who may change logos may change these without any other field
YEARS = range(2000, 2200)
# Only the owner can sign mail from these domains, and mailbox providers reject unsigned bulk mail.
PRIVATE_DOMAINS = {"gmail.com", "googlemail.com", "yahoo.com", "ymail.com", "aol.com", "outlook.com", "hotmail.com"}
PRIVATE_DOMAINS |= {"live.com", "msn.com", "icloud.com", "me.com", "mac.com", "gmx.de", "gmx.net", "web.de", "mail.ru"}
PRIVATE_DOMAINS |= {"yandex.ru", "yandex.com", "proton.me", "protonmail.com", "zoho.com", "qq.com", "163.com"}


class OptionalPublicationFields(TypedDict, total=False):
    """Fields of a publication that may be left out."""

    tagline: str
    website: str
    reply_to: str
    fallback_name: str
    language: str
    accent_colour: str
    accent_colour_dark: str
    logo_url: str
    logo_width: int
    fonts: str
    layout: str
    logo_dark_url: str
    corners: str
    footer_text: str
    social_links: list[dict[str, str]]
    sponsor_name: str
    sponsor_text: str
    sponsor_url: str
    corrections_place: str
    greeting: bool
    reading_time: bool
    utm_tags: bool
    utm_excluded_hosts: str
    click_tracking: bool
    time_zone: str
    recurrence: str
    lead_minutes: int
    schedule_ahead_minutes: int
    local_time: bool
    pace_per_minute: int | None
    pace_per_hour: int | None
    quiet_from: time | None
    quiet_until: time | None
    minimum_stories: int
    maximum_stories: int
    fill_rule: str
    closing_minutes: int | None
    teaser_paragraphs: int
    on_empty: str
    lateness_limit_minutes: int
    auto_approve: bool
    two_people: bool
    sign_up_open: bool
    archive_open: bool
    is_active: bool


class PublicationFields(OptionalPublicationFields, total=False):
    """All fields that the newsroom can set."""

    slug: str
    name: str
    sender_name: str
    sender_email: str
    postal_address: str
    starts_on: date
    send_time: time


LINKS = ("website", "logo_url", "logo_dark_url", "sponsor_url")
OTHER_TEXT = (
    *("slug", "language", "accent_colour", "accent_colour_dark", "fonts", "layout", "corners"),
    *("time_zone", "recurrence", "on_empty", "fill_rule", "corrections_place"),
)
LOGOS = {"logo_url": "logo", "logo_dark_url": "logo_dark"}  # address field, and the field of its stored picture
LINES = (
    *("name", "tagline", "sender_name", "sender_email", "reply_to", "postal_address", "fallback_name"),
    *("footer_text", "sponsor_name", "sponsor_text"),
)


def create_publication(
    *,
    slug: str,
    name: str,
    sender_name: str,
    sender_email: str,
    postal_address: str,
    starts_on: date,
    send_time: time,
    by: Actor = None,
    **optional: Unpack[OptionalPublicationFields],
) -> Publication:
    """Create a publication. Raises `BadInput` that names the first invalid field.

    `starts_on` and `send_time` are local to `time_zone` (UTC when not given).
    """
    require(by, Permission.CONFIGURE)
    publication = _fill(
        Publication(),
        {
            "slug": slug,
            "name": name,
            "sender_name": sender_name,
            "sender_email": sender_email,
            "postal_address": postal_address,
            "starts_on": starts_on,
            "send_time": send_time,
            **optional,
        },
    )
    with transaction.atomic():
        _order_logos(publication)
        publication.save(force_insert=True)
        audit_trail.record(by, Act.PUBLICATION_ADDED, publication, slug=slug)
    return publication


def update_publication(
    publication: Publication,
    *,
    by: Actor = None,
    now: datetime | None = None,
    **fields: Unpack[PublicationFields],
) -> Publication:
    """Update `fields` and keep the others as they are in the database. Raises `BadInput`.

    A changed schedule is valid from `now` (the current time by default); earlier due dates do not change. Planned
    editions follow at the next planning.
    """
    permissions = (Permission.CONFIGURE, *([Permission.APPROVE] if set(fields) <= LOGO_FIELDS else []))
    require(by, *permissions, publication=publication)
    with transaction.atomic():
        current = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
        before, values = current.schedule, changed_fields.field_values(current, fields)
        sender = current.sender_email
        _fill(current, fields)
        staff_sender.check_change(current, before=sender, label="sender email", by=by)
        _order_logos(current)
        if current.schedule != before:
            past_schedules.keep(current, before, until=now or clock.now())
        current.save(update_fields=[*fields, *LOGOS.values(), "past_schedules"])
        if changes := changed_fields.describe_changes(values, current):
            audit_trail.record(by, Act.PUBLICATION_CHANGED, current, now=now, **changes)
    publication.refresh_from_db()
    return publication


def _fill(publication: Publication, fields: PublicationFields) -> Publication:
    """Set `fields` in memory, validated, and return the publication; nothing is stored. Raises `BadInput`."""
    for name, value in fields.items():
        if name not in PublicationFields.__annotations__:
            raise TypeError(f"a publication has no field {name!r} to be given")
        setattr(publication, name, _normalised(publication, name, value))
        if name in LOGOS:
            _choose_logo(publication, name)
    for name in ("postal_address", "sender_name"):
        if not getattr(publication, name):
            hint = (
                "It is required by law in every email."
                if name == "postal_address"
                else "Readers see it first in their inbox."
            )
            raise BadInput(field_label(publication, name), "is empty.", hint)
    if publication.two_people and publication.auto_approve:
        hint = "Turn off either the automatic approval or the approval by two people."
        raise BadInput("two people", "contradicts automatic approval.", hint)
    validate_model(publication)
    validate_brand.check(publication)
    _check_sender(publication)
    for name, (minimum, maximum) in BOUNDS.items():
        number = getattr(publication, name)
        if number is not None and not minimum <= number <= maximum:
            raise BadInput(field_label(publication, name), f"cannot be {number}.", f"Give {minimum} to {maximum:,}.")
    check(publication)
    return publication


def _choose_logo(publication: Publication, name: str) -> None:
    """Request the picture of an address that is new, or whose last fetch failed."""
    address, current = getattr(publication, name), getattr(publication, LOGOS[name])
    if not address:
        setattr(publication, LOGOS[name], None)
    elif current is None or current.source_url != address or current.has_failed:
        setattr(publication, LOGOS[name], import_pictures.request_picture(address, Use.LOGO))


def _order_logos(publication: Publication) -> None:
    for name in LOGOS.values():
        picture = getattr(publication, name)
        if picture and picture._state.adding:
            picture.save()
            setattr(publication, name, picture)  # again, now that it has a primary key


def _normalised(publication: Publication, name: str, value: object) -> object:
    field = field_label(publication, name)
    if name in (*LINKS, *LINES, *OTHER_TEXT):
        if not isinstance(value, str):
            raise BadInput(field, "is not text.")
        if name in LINKS:
            return escape_merge_tags_in_url(validate_web_url(value, field=field)) if value.strip() else ""
        if name in LINES:
            return clean_line(value)
        return language_tag(value) if name == "language" else value.strip()
    if name == "utm_excluded_hosts":
        return parse_hosts(value, field=field)
    if name == "social_links":
        return validate_brand.social_links(value, field=field)
    if name == "starts_on" and (type(value) is not date or value.year not in YEARS):
        raise BadInput(field, "is not a valid date.", "Give a date such as 2026-12-01.")
    if name == "send_time" or (name in ("quiet_from", "quiet_until") and value is not None):
        if not isinstance(value, time) or value.tzinfo:
            raise BadInput(
                field, "is not a time of day.", "Give hours and minutes such as 06:30; the time zone is its own field."
            )
        return value.replace(microsecond=0, fold=0)
    return value


def _check_sender(publication: Publication) -> None:
    domain = publication.sender_email.rpartition("@")[2].lower()
    if domain in PRIVATE_DOMAINS:
        raise BadInput(
            "sender email",
            f"is at {domain}, which only its owner may send from.",
            "Use an address on your own domain that is authenticated with the provider.",
        )
    if not publication.sender_email.isascii():
        raise BadInput(
            "sender email", "contains a character that is not ASCII.", "The provider accepts only ASCII here."
        )
