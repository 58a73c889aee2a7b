"""Create, change, retire and activate snippets. Built emails that wait are rebuilt when a snippet changes them."""

from datetime import date
from typing import Any, TypedDict, Unpack

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, changed_fields, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.editions.snippet_models import Snippet
from newsletter.lib.errors import BadInput
from newsletter.lib.model_validation import field_label, validate_model
from newsletter.lib.web_urls import validate_web_url
from newsletter.mail.text_cleaning import clean_line, escape_merge_tags_in_url
from newsletter.pictures.models import Picture
from newsletter.publications.models import Publication
from newsletter.stories.rich_text import rich_text

MAX_SNIPPET_BODY = 5_000  # characters of HTML; email clients clip emails at about 100,000 bytes
MAX_ACTIVE = 20  # snippets of a publication that are not retired
LINES = ("name", "title", "picture_alt")


class SnippetFields(TypedDict, total=False):
    """All fields that the newsroom can set."""

    name: str
    title: str
    body: str
    url: str
    picture: Picture | None
    picture_alt: str
    place: str
    story_number: int
    starts_on: date | None
    ends_on: date | None
    is_active: bool


def create_snippet(publication: Publication, *, by: Actor = None, **fields: Unpack[SnippetFields]) -> Snippet:
    """Create a snippet of `publication`. Raises `BadInput`, also if another one has this name."""
    require(by, Permission.APPROVE, publication=publication)
    with transaction.atomic():
        Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
        snippet = draft_snippet(Snippet(publication=publication), fields)
        _check_number(snippet)
        snippet.save(force_insert=True)
        audit_trail.record(by, Act.SNIPPET_ADDED, snippet, publication=publication.slug)
        done = f"The snippet “{snippet}” was added."
        undo_log.keep(by, UndoKind.SNIPPET_ADDED, snippet, done, publication=publication.pk)
    return snippet


def update_snippet(snippet: Snippet, *, by: Actor = None, **fields: Unpack[SnippetFields]) -> Snippet:
    """Change `fields` and leave the other fields as they are in the database. Raises `BadInput`."""
    require(by, Permission.APPROVE, publication=snippet.publication_id)
    with transaction.atomic():
        Publication.objects.select_for_update(no_key=True).get(pk=snippet.publication_id)
        current = Snippet.objects.select_related("publication", "picture").get(pk=snippet.pk)
        before, stored = changed_fields.field_values(current, fields), undo_log.stored_values(current, fields)
        draft_snippet(current, fields)
        if current.is_active and not before.get("is_active", True):
            _check_number(current)
        current.save(update_fields=list(fields))
        if changes := changed_fields.describe_changes(before, current):
            audit_trail.record(by, Act.SNIPPET_CHANGED, current, **changes)
            done, after = f"The snippet “{current}” was changed.", undo_log.stored_values(current, fields)
            publication = current.publication_id
            undo_log.keep(
                by, UndoKind.SNIPPET_CHANGED, current, done, publication=publication, before=stored, after=after
            )
    snippet.refresh_from_db()
    return snippet


def draft_snippet(snippet: Snippet, fields: SnippetFields) -> Snippet:
    """Set normalised `fields` in memory and return the valid snippet. Raises `BadInput`."""
    for name, value in fields.items():
        if name not in SnippetFields.__annotations__:
            raise TypeError(f"a snippet has no settable field {name!r}")
        setattr(snippet, name, _normalised(snippet, name, value))
    if not (snippet.title or snippet.body):
        raise BadInput("title", "and text are both empty.", "Fill in one of them.")
    if len(snippet.body) > MAX_SNIPPET_BODY:
        raise BadInput("text", f"has {len(snippet.body):,} characters.", f"Use at most {MAX_SNIPPET_BODY:,}.")
    if snippet.url and not snippet.title:
        raise BadInput("title", "is empty, but the snippet has a link.", "The title is what leads to the link.")
    if snippet.starts_on and snippet.ends_on and snippet.ends_on < snippet.starts_on:
        raise BadInput("last day", "is before the first day.", "Enter a later day, or leave it empty.")
    validate_model(snippet)
    return snippet


def _normalised(snippet: Snippet, name: str, value: Any) -> Any:
    if name in LINES:
        return clean_line(value)
    if name == "url":
        label = field_label(snippet, name)
        return escape_merge_tags_in_url(validate_web_url(value, field=label)) if value.strip() else ""
    if name == "story_number" and not 1 <= value <= 50:
        raise BadInput("story", f"cannot be {value}.", "Give 1 to 50.")
    return rich_text.sanitise(value) if name == "body" else value


def _check_number(snippet: Snippet) -> None:
    active = Snippet.objects.filter(publication=snippet.publication_id, is_active=True).exclude(pk=snippet.pk)
    if snippet.is_active and active.count() >= MAX_ACTIVE:
        raise BadInput("snippet", f"there are {MAX_ACTIVE} already.", "Retire one first.")
