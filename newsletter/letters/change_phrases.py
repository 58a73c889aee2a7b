"""A newsroom's own phrases in place of fixed ones in its emails. Editions that are not sent are rebuilt."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.letters.content.publication_phrases import validate_phrase
from newsletter.publications.models import Publication


def change_phrases(publication: Publication, phrases: Mapping[str, str], *, by: User | None = None) -> None:
    """Set these phrases, by name, and keep the others. Raises `BadInput`, and then changes none."""
    valid = {name: validate_phrase(name, text) for name, text in phrases.items()}
    _save(publication, valid, removed=(), by=by)


def reset_phrases(publication: Publication, names: Iterable[str] = (), *, by: User | None = None) -> None:
    """Return to the phrases of the language: these, or all without `names`. Unknown names are ignored."""
    _save(publication, {}, removed=tuple(names) or tuple(publication.phrases), by=by)


def _save(publication: Publication, changed: Mapping[str, str], removed: Iterable[str], *, by: User | None) -> None:
    require(by, Permission.APPROVE, publication=publication)
    with transaction.atomic():
        current = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
        kept = {name: text for name, text in current.phrases.items() if name not in set(removed)}
        after = {**kept, **changed}
        if after != current.phrases:
            names = sorted(name for name in {*after, *current.phrases} if after.get(name) != current.phrases.get(name))
            current.phrases = after
            current.save(update_fields=["phrases"])
            audit_trail.record(by, Act.PHRASES_CHANGED, current, phrases=", ".join(names))
    publication.phrases = after
