"""What an API token permits: each scope, in words, with the permission that its owner needs in the publication."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission, has_permission_somewhere, permitted_ids


class ApiScope(StrEnum):
    """A kind of request that a token permits."""

    SUBSCRIBERS_READ = "subscribers:read"
    SUBSCRIBERS_WRITE = "subscribers:write"
    SUBSCRIPTIONS_READ = "subscriptions:read"
    SUBSCRIPTIONS_WRITE = "subscriptions:write"
    CONSENTS_READ = "consents:read"
    SIGN_UPS_WRITE = "sign-ups:write"
    SEGMENTS_READ = "segments:read"
    SEGMENTS_WRITE = "segments:write"
    STORIES_READ = "stories:read"
    STORIES_WRITE = "stories:write"
    EDITIONS_READ = "editions:read"
    EDITIONS_WRITE = "editions:write"


class ScopeRule(NamedTuple):
    """What a scope permits, and the permission that the owner of a token needs for it."""

    permits: str
    permission: Permission


SCOPES: dict[ApiScope, ScopeRule] = {
    ApiScope.SUBSCRIBERS_READ: ScopeRule("list and find readers, with their addresses", Permission.AUDIENCE),
    ApiScope.SUBSCRIBERS_WRITE: ScopeRule("add readers who gave consent elsewhere", Permission.AUDIENCE),
    ApiScope.SUBSCRIPTIONS_READ: ScopeRule("see how subscriptions began and ended", Permission.AUDIENCE),
    ApiScope.SUBSCRIPTIONS_WRITE: ScopeRule("unsubscribe an address", Permission.AUDIENCE),
    ApiScope.CONSENTS_READ: ScopeRule("see the evidence of consent", Permission.AUDIENCE),
    ApiScope.SIGN_UPS_WRITE: ScopeRule("sign people up, who then confirm by email", Permission.AUDIENCE),
    ApiScope.SEGMENTS_READ: ScopeRule("see and count segments", Permission.AUDIENCE),
    ApiScope.SEGMENTS_WRITE: ScopeRule("add, change and remove segments", Permission.AUDIENCE),
    ApiScope.STORIES_READ: ScopeRule("see the story queue and earlier stories", Permission.CURATE),
    ApiScope.STORIES_WRITE: ScopeRule("add, change, move, remove and restore stories", Permission.CURATE),
    ApiScope.EDITIONS_READ: ScopeRule("see editions and what preflight found", Permission.CURATE),
    ApiScope.EDITIONS_WRITE: ScopeRule("change texts and readers of editions, and hold them", Permission.CURATE),
}


def scopes_open_to(user: User) -> list[ApiScope]:
    """Return the scopes that this user may give a token, for at least one publication."""
    return [scope for scope, rule in SCOPES.items() if has_permission_somewhere(user, rule.permission)]


def publications_open_to(user: User, scopes: Iterable[ApiScope]) -> list[int] | None:
    """Return the ids of the publications in which this user has the permission for all of these scopes; None: all."""
    found: set[int] | None = None
    for permission in {SCOPES[scope].permission for scope in scopes}:
        ids = permitted_ids(user, permission)
        if ids is not None:
            found = set(ids) if found is None else found & set(ids)
    return None if found is None else sorted(found)


def owner_may(owner: User, scope: ApiScope, publication_id: int) -> bool:
    """Return True if the owner of a token has, now, the permission that this scope needs."""
    return has_permission(owner, SCOPES[scope].permission, publication_id)
