"""A publication's custom template: start from its layout, preview, save as a new version, remove.

A preview renders, inlines and checks the template as assembly does.
"""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.editions.models import Edition, Variant
from newsletter.letters import compose_letters, preflight, render_letter, sample_letters
from newsletter.letters.content.letter_content import LetterContent
from newsletter.lib.errors import BadInput
from newsletter.mail.message import Letter
from newsletter.publications.models import Publication, Template
from newsletter.rendering.custom_template.preview_slots import preview_slot
from newsletter.rendering.custom_template.render_custom_template import check_source
from newsletter.stories.models import Story

HEAD = """\
{#
  A custom email template. It starts as a copy of the publication’s layout; change what you like.

  {{ … }} prints a value, such as {{ subject }}; {% … %} is an instruction; comments like this one are not sent.
  Each row below is a part that all layouts share. Move rows, remove them, or write rows of your own:

      <tr><td class="note ink"><p class="note-line">Your own text, and {{ date }}.</p></td></tr>

  Keep footer_row: an email without its unsubscribe link cannot be sent. docs/letters.md lists all names.
#}
"""


class TemplatePreview(NamedTuple):
    """The letter that a template makes, with its preflight findings."""

    letter: Letter
    findings: list[preflight.Finding]


def default_template(publication: Publication) -> str:
    """Return the template of the publication's layout, with a comment for editors; it makes the same letter."""
    layout = settings.EMAIL_TEMPLATES / publication.layout / "body.html"
    return HEAD + str(layout.read_text(encoding="utf-8"))


def current(publication: Publication) -> str:
    """Return the template in use; without one, the latest version; else the default template."""
    kept = publication.template or publication.templates.first()
    return kept.body if kept else default_template(publication)


def preview(publication: Publication, body: str) -> TemplatePreview:
    """Render `body` with the queue, or with a sample when the queue is empty. Raises as `render_letter.render` does."""
    return _render(_queued_content(publication) or sample_letters.full_sample(publication, shown=True), _clean(body))


def check(publication: Publication, body: str) -> None:
    """Check that `body` renders a full, a thank-you and a minimal sample, and the queue.

    Raises `CustomTemplateError`, or `TemplateRendererUnavailable` when `body` cannot be rendered at this moment.
    """
    body = _clean(body)
    queued = _queued_content(publication)
    samples = [
        sample_letters.full_sample(publication),
        sample_letters.thanks_sample(publication),
        sample_letters.minimal_sample(publication),
    ]
    with preview_slot():
        for contents in [*samples, *([queued] if queued else [])]:
            render_letter.render(replace(contents, template=body))


def save(publication: Publication, body: str, *, by: User | None, now: datetime) -> Template:
    """Save a new version and use it. An unchanged `body` returns the version in use. Raises as `check` does."""
    require(by, Permission.APPROVE, publication=publication)
    body = _clean(body)
    if publication.template and publication.template.body == body:
        return publication.template
    check(publication, body)
    with transaction.atomic():
        locked = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
        if locked.template and locked.template.body == body:
            return locked.template
        latest = locked.templates.aggregate(latest=Max("number"))["latest"] or 0
        made = Template.objects.create(publication=locked, number=latest + 1, body=body, saved_at=now, saved_by=by)
        _use(publication, made)
        audit_trail.record(by, Act.TEMPLATE_SAVED, publication, now=now, version=made.number)
    return made


def use_version(publication: Publication, number: int, *, by: User | None = None) -> Template:
    """Use an earlier version again."""
    require(by, Permission.APPROVE, publication=publication)
    kept = publication.templates.filter(number=number).first()
    if kept is None:
        raise BadInput("version", f"there is no version {number}.", "See: newsletter publications template list")
    check(publication, kept.body)
    with transaction.atomic():
        _use(publication, kept)
        audit_trail.record(by, Act.TEMPLATE_TAKEN_UP, publication, version=number)
    return kept


def remove(publication: Publication, *, by: User | None = None) -> None:
    """Return to the standard layout. All versions are kept."""
    require(by, Permission.APPROVE, publication=publication)
    with transaction.atomic():
        _use(publication, None)
        audit_trail.record(by, Act.TEMPLATE_REMOVED, publication)


def _use(publication: Publication, template: Template | None) -> None:
    publication.template = template
    publication.save(update_fields=["template"])


def _clean(body: str) -> str:
    """Normalise line ends, which browsers send in different forms."""
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    check_source(body)
    return body


def _render(contents: LetterContent, body: str) -> TemplatePreview:
    made = replace(contents, template=body)
    with preview_slot():
        letter = render_letter.render(made)
    return TemplatePreview(letter, preflight.check(letter, made))


def _queued_content(publication: Publication) -> LetterContent | None:
    """Return the contents of a letter made from the queue now; None with an empty queue."""
    from newsletter.lib import clock

    now = clock.now()
    stories = Story.objects.filter(publication=publication).offered(now).select_related("picture")
    chosen = list(stories[: publication.maximum_stories])
    if not chosen:
        return None
    edition = Edition(publication=publication, due_at=now, assemble_at=now)
    return compose_letters.gather_letters(edition, chosen, now=now).letters[Variant.DEFAULT]
