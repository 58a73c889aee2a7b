"""Add users, close and reopen accounts, change roles and passwords. Each function writes an audit record."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

from newsletter.accounts.models import Role, User
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.lib.errors import InvalidState


def add_user(user: User, *, by: User | None, now: datetime) -> User:
    """Save a new user. Raises `InvalidState` if there is already a user with this address."""
    with transaction.atomic():
        if User.objects.filter(email=user.email).exists():
            raise InvalidState("There is already a user with this address.")
        user.save()
        audit_trail.record(by, Act.USER_ADDED, user, now=now, role=user.role)
    return user


def close_account(user: User, *, by: User | None, now: datetime) -> User:
    """End all sessions of this user and prevent sign-in until the account is reopened.

    Later requests are anonymous; a request in progress is completed.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.is_active:
            user.is_active = False
            user.save(update_fields=["is_active"])
            audit_trail.record(by, Act.USER_CLOSED, user, now=now)
        end_sessions(user)
    return user


def reopen_account(user: User, *, by: User | None, now: datetime) -> User:
    """Allow this user to sign in again with their old password."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])
            audit_trail.record(by, Act.USER_REOPENED, user, now=now)
    return user


def change_role(user: User, *, role: Role | None, by: User | None, now: datetime) -> User:
    """Change the role of this user for all publications, from their next request on. None: they have no such role."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        after = role.value if role else ""
        if user.role != after:
            before, user.role = user.role, after
            user.save(update_fields=["role"])
            audit_trail.record(by, Act.ROLE_CHANGED, user, now=now, before=before, after=after or "none")
    return user


def set_password(user: User, *, password: str, by: User | None, now: datetime) -> User:
    """Set a new password. Other sessions end with their next request."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        audit_trail.record(by, Act.PASSWORD_CHANGED, user, now=now)
    return user


def end_sessions(user: User) -> None:
    """Delete this user's sessions, so that none is valid again after the account is reopened."""
    own = [session.pk for session in Session.objects.iterator() if _user_id(session) == str(user.pk)]
    Session.objects.filter(pk__in=own).delete()


def _user_id(session: Session) -> str:
    return str(session.get_decoded().get("_auth_user_id", ""))
