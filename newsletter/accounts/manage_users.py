"""Add users, close and reopen accounts, change roles and passwords. Each function writes an audit record."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.lib.errors import InvalidState


def add_user(user: User, *, by: User | None, now: datetime) -> User:
    """Save a new user. Raises `InvalidState` if there is already a user with this address."""
    require(by, Permission.CONFIGURE)
    with transaction.atomic():
        if User.objects.filter(email=user.email).exists():
            raise InvalidState("There is already a user with this address.")
        user.save()
        audit_trail.record(by, Act.USER_ADDED, user, now=now, role=user.role)
    return user


def close_account(user: User, *, by: User | None, now: datetime) -> User:
    """End all sessions of this user and prevent sign-in until the account is reopened.

    Later requests are anonymous; a request in progress is completed. Raises `InvalidState` for the last administrator.
    """
    with transaction.atomic():
        user = _locked_with_administrators(user, by)
        if user.is_active:
            _require_another_administrator(user)
            user.is_active = False
            user.times_closed += 1
            user.save(update_fields=["is_active", "times_closed"])
            audit_trail.record(by, Act.USER_CLOSED, user, now=now)
        end_sessions(user)
    return user


def reopen_account(user: User, *, by: User | None, now: datetime) -> User:
    """Allow this user to sign in again with their old password."""
    require(by, Permission.CONFIGURE)
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])
            audit_trail.record(by, Act.USER_REOPENED, user, now=now)
    return user


def change_role(user: User, *, role: Role | None, by: User | None, now: datetime) -> User:
    """Change the role of this user for all publications, from their next request on. None: they have no such role.

    Raises `InvalidState` for the last administrator.
    """
    with transaction.atomic():
        user = _locked_with_administrators(user, by)
        after = role.value if role else ""
        if user.role != after:
            _require_another_administrator(user)
            before, user.role = user.role, after
            user.save(update_fields=["role"])
            audit_trail.record(by, Act.ROLE_CHANGED, user, now=now, before=before, after=after or "none")
    return user


def set_password(user: User, *, password: str, by: User | None, now: datetime) -> User:
    """Set a new password. Other sessions end with their next request."""
    require(by, Permission.CONFIGURE)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        audit_trail.record(by, Act.PASSWORD_CHANGED, user, now=now)
    return user


def end_sessions(user: User, *, but: str | None = None) -> int:
    """Delete this user's sessions, except the one with the key `but`. Return how many there were.

    None is valid again after the account is reopened.
    """
    sessions = Session.objects.exclude(pk=but or "").iterator()
    own = [session.pk for session in sessions if _user_id(session) == str(user.pk)]
    Session.objects.filter(pk__in=own).delete()
    return len(own)


def is_last_administrator(user: User) -> bool:
    """Return True if nobody else is an administrator of all publications with an open account."""
    if user.role != Role.ADMIN or not user.is_active:
        return False
    return not User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=user.pk).exists()


def _locked_with_administrators(user: User, by: User | None) -> User:
    """Lock the user and all administrators, in one order: two who close each other wait for each other.

    Then check what `by` may do: the second of the two is no administrator any more.
    """
    found = User.objects.select_for_update().filter(Q(pk=user.pk) | Q(role=Role.ADMIN)).order_by("pk")
    rows = {row.pk: row for row in found}
    require(by and (rows.get(by.pk) or User.objects.get(pk=by.pk)), Permission.CONFIGURE)
    return rows[user.pk]


def _require_another_administrator(user: User) -> None:
    if is_last_administrator(user):
        raise InvalidState("This is the last administrator. Make somebody else an administrator first.")


def _user_id(session: Session) -> str:
    return str(session.get_decoded().get("_auth_user_id", ""))
