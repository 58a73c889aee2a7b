"""Change the subject, preview text and note of an edition, and say beforehand what that does to its email."""

import copy
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, changed_fields, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.editions.edition_texts import clean_texts, stored_texts
from newsletter.editions.models import Edition, EditionState, Variant
from newsletter.editions.reopen_edition import NOT_YET_SENT
from newsletter.letters import assemble_edition, compose_letters, edition_decisions
from newsletter.letters.compose_letters import Composed
from newsletter.letters.content.letter_content import LetterContent, default_preheader, default_subject
from newsletter.lib.errors import BadInput, InvalidState, VersionConflict

NEW_TEXTS = "The subject, preview text or note was changed, so the email was rebuilt."
RECORDED_AS = {"subject": "subject_line", "preheader": "preview_text", "intro": "note"}  # names in the audit trail


class SaveEffect(StrEnum):
    """What a change of the texts does to the email; the values are sent back by the form that announced it."""

    STORED = "stored"  # there is no email yet, or it is rebuilt anyway
    REBUILT = "rebuilt"  # the email is rebuilt from the same stories and waits for approval as before
    APPROVED_AGAIN = "approved-again"  # the email is rebuilt and approved automatically
    UNAPPROVED = "unapproved"  # the email is rebuilt and loses its approval
    CLOSED = "closed"  # nothing can be changed any more


class LineDefaults(NamedTuple):
    """What readers see where the subject or the preview text is empty."""

    subject: str
    preheader: str


def effect_of_saving(edition: Edition, composed: Composed | None = None) -> SaveEffect:
    """Return what `edit_texts` does with this edition, as `edition_decisions.renew` and `review` decide it.

    `composed` are the letters with the new texts, where these are known.
    """
    letters = composed.letters if composed else edition.letters.all()
    match edition.state:
        case EditionState.PLANNED | EditionState.HELD:
            return SaveEffect.STORED
        case EditionState.ASSEMBLED | EditionState.APPROVED if edition_decisions.is_approved_automatically(
            edition, letters
        ):
            return SaveEffect.APPROVED_AGAIN
        case EditionState.ASSEMBLED:
            return SaveEffect.REBUILT
        case EditionState.APPROVED:
            return SaveEffect.UNAPPROVED
    return SaveEffect.CLOSED


def edit_texts(
    edition: Edition,
    texts: Mapping[str, str],
    *,
    by: Actor,
    now: datetime,
    seen: Mapping[str, str] | None = None,
    announced: SaveEffect | None = None,
) -> Edition:
    """Change some of the texts: `subject`, `preheader`, `intro`.

    A built email is rebuilt from the same stories. `announced` is the effect that the person saw: an approval ends only
    when that was `UNAPPROVED`, else `ApprovalNeeded` is raised. `seen` are the stored texts that the person saw; when
    one of those being changed is another now, `VersionConflict` is raised. Nothing changes when an error is raised.
    """
    require(by, Permission.CURATE, publication=edition.publication_id)
    texts = clean_texts(texts)
    composed = compose_with(edition, texts, now=now)
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        before = stored_texts(edition)
        if any(before[name] not in (seen[name], texts[name]) for name in texts if seen and name in seen):
            raise VersionConflict("Someone else changed the same text. Nothing was saved.")
        if effect_of_saving(edition) == SaveEffect.CLOSED:
            raise InvalidState(f"Edition {edition.pk} is {edition.state}; its texts can no longer be changed.")
        if all(before[name] == text for name, text in texts.items()):
            return edition
        for name, text in texts.items():
            setattr(edition, name, text)
        edition.save(update_fields=list(texts))
        if edition.state in NOT_YET_SENT:
            keeps_approval = announced != SaveEffect.UNAPPROVED
            edition = edition_decisions.renew(
                edition, composed, reason=NEW_TEXTS, keeps_approval=keeps_approval, now=now
            )
        changes = changed_fields.describe_changes({name: before[name] for name in texts}, edition)
        details = {RECORDED_AS[name]: change for name, change in changes.items()}
        audit_trail.record(by, Act.EDITION_EDITED, edition, now=now, **details)
        old = {name: before[name] for name in texts}
        new, publication = {name: getattr(edition, name) for name in texts}, edition.publication_id
        names = " and ".join(RECORDED_AS[name].replace("_", " ") for name in changes)
        done = f"The {names} of the edition changed."
        undo_log.keep(
            by,
            UndoKind.EDITION_EDITED,
            edition,
            done,
            publication=publication,
            before=old,
            after=new,
            now=now,
        )
    return edition


def shown_contents(
    edition: Edition, texts: Mapping[str, str], *, now: datetime, variant: Variant = Variant.DEFAULT
) -> LetterContent:
    """Return the contents of the email as it would be with these texts. Raises `InvalidState` without any story."""
    contents = assemble_edition.preview_contents(_with_texts(edition, texts), now=now)
    return contents.get(variant) or contents[Variant.DEFAULT]


def line_defaults(contents: LetterContent) -> LineDefaults:
    """Return what readers of these contents would see if the subject or the preview text were empty."""
    subject = default_subject(contents.stories)
    return LineDefaults(subject, default_preheader(contents.stories, contents.subject))


def compose_with(edition: Edition, texts: Mapping[str, str], *, now: datetime) -> Composed | None:
    """Compose the letters with these texts; None if they stay the same or are not built yet.

    Raises `BadInput` when preflight would stop them.
    """
    then = _with_texts(Edition.objects.fresh(edition.pk), clean_texts(texts))
    composed = compose_letters.compose_changed(then, now=now)
    refuse_stopped(composed, field="texts")
    return composed


def refuse_stopped(composed: Composed | None, *, field: str) -> None:
    """Raise `BadInput` for the subject, or else for `field`, when preflight would stop these letters."""
    for letter in composed.letters if composed else ():
        for finding in letter.findings:
            if finding["severity"] == "stop":
                name = "subject" if finding["place"].startswith("subject") else field
                raise BadInput(name, f"preflight stops this email ({finding['place']}).", finding["hint"])


def _with_texts(edition: Edition, texts: Mapping[str, str]) -> Edition:
    then = copy.copy(edition)
    for name, text in texts.items():
        setattr(then, name, text)
    return then
