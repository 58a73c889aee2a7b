"""Leave a snippet out of one edition, or print it there again. Other editions keep it."""

import copy
from datetime import datetime

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.editions.edition_times import received
from newsletter.editions.models import Edition
from newsletter.editions.reopen_edition import NOT_YET_SENT
from newsletter.editions.snippet_models import Snippet
from newsletter.letters import compose_letters, edit_edition, edition_decisions
from newsletter.letters.edit_edition import SaveEffect
from newsletter.lib.errors import InvalidState

CHANGED = "A snippet was left out or put back, so the email was rebuilt."


def running_snippets(edition: Edition, *, now: datetime) -> list[Snippet]:
    """Return the snippets whose dates include the edition, also those that it leaves out."""
    day = received(edition, now=now).day
    return list(edition.publication.snippets.all().running(day).select_related("picture"))


def set_left_out(
    edition: Edition,
    snippet: Snippet,
    *,
    is_out: bool,
    by: Actor,
    now: datetime,
    announced: SaveEffect | None = None,
) -> Edition:
    """Leave the snippet out of the edition, or print it again. A second call changes nothing.

    A built email is rebuilt. An approval ends only if `announced` is `UNAPPROVED`: else `ApprovalNeeded` is raised.
    """
    require(by, Permission.CURATE, publication=edition.publication_id)
    if snippet.publication_id != edition.publication_id:
        raise InvalidState("This snippet belongs to another publication.")
    then = copy.copy(Edition.objects.fresh(edition.pk))
    then.left_out_snippets = _changed(then, snippet, is_out=is_out)
    composed = compose_letters.compose_changed(then, now=now)
    edit_edition.refuse_stopped(composed, field="snippet")
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edit_edition.effect_of_saving(edition) == SaveEffect.CLOSED:
            raise InvalidState(f"Edition {edition.pk} is {edition.state}; its snippets can no longer be changed.")
        if (snippet.pk in edition.left_out_snippets) == is_out:
            return edition
        edition.left_out_snippets = _changed(edition, snippet, is_out=is_out)
        edition.save(update_fields=["left_out_snippets"])
        if edition.state in NOT_YET_SENT:
            keeps = announced != SaveEffect.UNAPPROVED
            edition = edition_decisions.renew(edition, composed, reason=CHANGED, keeps_approval=keeps, now=now)
        act = Act.SNIPPET_LEFT_OUT if is_out else Act.SNIPPET_PUT_BACK
        audit_trail.record(by, act, edition, now=now, snippet=snippet.name)
        done = f"The snippet “{snippet}” was {'left out of' if is_out else 'put back into'} the edition."
        undo_log.keep(
            by,
            UndoKind.SNIPPET_LEFT_OUT,
            edition,
            done,
            publication=edition.publication_id,
            before={"snippet": snippet.pk, "is_out": not is_out},
            now=now,
        )
    return edition


def _changed(edition: Edition, snippet: Snippet, *, is_out: bool) -> list[int]:
    others = [pk for pk in edition.left_out_snippets if pk != snippet.pk]
    return [*others, snippet.pk] if is_out else others
