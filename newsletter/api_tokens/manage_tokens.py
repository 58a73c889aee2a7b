"""Make and revoke API tokens. Each function checks who does it and writes an audit record."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from newsletter.accounts import security_notes
from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.api_tokens.check_token import hash_token
from newsletter.api_tokens.models import ApiToken
from newsletter.api_tokens.scopes import SCOPES, ApiScope, publications_open_to
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.lib.errors import BadInput
from newsletter.mail.text_cleaning import clean_line
from newsletter.publications.models import Publication

MARK = "nlt_"  # by which people, and programs that look for leaked secrets, recognise a token
RANDOM_BYTES = 24
SHOWN_CHARS = len(MARK) + 6
MAX_TOKENS = 25  # of a person, that are not revoked
MAX_NAME = 60


class NewToken(NamedTuple):
    """A token, and its text, which is shown once."""

    token: ApiToken
    text: str


def make_token(
    owner: User,
    *,
    name: str,
    scopes: Collection[str],
    publications: Collection[Publication] | None,
    expires_at: datetime | None,
    now: datetime,
) -> NewToken:
    """Make a token that acts for `owner`. Without `publications`: for all in which they have the permissions.

    Raises `BadInput` for what they may not do themselves.
    """
    label, chosen = _clean_name(name), _clean_scopes(scopes)
    if publications is not None and not publications:
        raise BadInput("publications", "are missing.", "Choose at least one, or all.")
    _require_permissions(owner, chosen, publications)
    if expires_at is not None and expires_at <= now:
        raise BadInput("expires", "is in the past.", "Choose a later date, or none.")
    text = MARK + secrets.token_hex(RANDOM_BYTES)
    with transaction.atomic():
        owner = User.objects.select_for_update().get(pk=owner.pk)
        live = tokens_of(owner, now=now)
        if live.count() >= MAX_TOKENS:
            raise BadInput("name", f"would be one more than {MAX_TOKENS} tokens.", "Revoke one first.")
        if live.filter(name=label).exists():
            raise BadInput("name", "is that of another of your tokens.", "Choose another one.")
        token = ApiToken.objects.create(
            owner=owner,
            name=label,
            prefix=text[:SHOWN_CHARS],
            token_hash=hash_token(text),
            scopes=[str(scope) for scope in chosen],
            for_all=publications is None,
            owner_times_closed=owner.times_closed,
            created_at=now,
            expires_at=expires_at,
        )
        token.publications.set(publications or [])
        where = "all" if publications is None else ", ".join(sorted(one.slug for one in publications))
        audit_trail.record(owner, Act.TOKEN_MADE, token, now=now, scopes=", ".join(token.scopes), publications=where)
        security_notes.note_token_made(owner, token.name, now=now)
    return NewToken(token, text)


def revoke_token(token: ApiToken, *, by: Actor, now: datetime) -> bool:
    """Make a token void, from its next request on. Return False if it was revoked before.

    People revoke their own; administrators those of others.
    """
    if not (isinstance(by, User) and by.pk == token.owner_id):
        require(by, Permission.CONFIGURE)
    with transaction.atomic():
        if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            return False
        audit_trail.record(by, Act.TOKEN_REVOKED, token, now=now)
    return True


def revoke_all(owner: User, *, by: User | None, now: datetime) -> int:
    """Revoke all tokens of a user, as an administrator. Return how many there were."""
    require(by, Permission.CONFIGURE)
    with transaction.atomic():
        return sum(revoke_token(token, by=by, now=now) for token in tokens_of(owner, now=now))


def tokens_of(owner: User | None, *, now: datetime) -> QuerySet[ApiToken]:
    """Return the tokens that are neither revoked nor expired, newest first: of one user, or of all."""
    live = ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)
    mine = live.filter(owner=owner) if owner else live
    return mine.select_related("owner").prefetch_related("publications")


def _clean_name(name: str) -> str:
    label = clean_line(name)
    if not label or len(label) > MAX_NAME:
        hint = f"Enter which program uses the token, in at most {MAX_NAME} characters."
        raise BadInput("name", "is too long." if label else "is empty.", hint)
    return label


def _clean_scopes(scopes: Collection[str]) -> list[ApiScope]:
    if unknown := sorted(str(one) for one in scopes if one not in set(ApiScope)):
        raise BadInput("scopes", f"have no {unknown[0][:40]!r}.", f"Give some of: {', '.join(ApiScope)}.")
    if not scopes:
        raise BadInput("scopes", "are missing.", "Choose what the token may do.")
    return [scope for scope in ApiScope if scope in scopes]


def _require_permissions(
    owner: User, scopes: Collection[ApiScope], publications: Collection[Publication] | None
) -> None:
    """Refuse a token that could never do what it says."""
    for scope in scopes:
        ids = publications_open_to(owner, [scope])
        missing = [one for one in publications or [] if ids is not None and one.pk not in ids]
        if missing or ids == [] or not owner.is_active:
            where = f"in {missing[0]}" if missing else "in any publication"
            permission = SCOPES[scope].permission
            raise BadInput("scopes", f"{scope} needs the permission {permission}, which you do not have {where}.")
