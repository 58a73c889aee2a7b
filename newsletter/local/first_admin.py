"""The first person who may sign in, made when there is nobody yet."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from newsletter.accounts.models import Role, User

EMAIL = "admin@example.org"


@dataclass(frozen=True, slots=True)
class NewAdmin:
    """What to tell the person. The password is kept nowhere in this form: it can be told once."""

    email: str
    password: str


def invite_if_nobody() -> NewAdmin | None:
    """An administrator with a password of 96 random bits, when there is no user at all; else None."""
    with transaction.atomic():
        if User.objects.exists():
            return None
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(EMAIL, password, name="First administrator", role=Role.ADMIN)
    return NewAdmin(user.email, password)


def never_seen() -> str:
    """The address of the first administrator as long as nobody has ever signed in; else empty."""
    if User.objects.exclude(last_login=None).exists():
        return ""
    return User.objects.filter(email=EMAIL).values_list("email", flat=True).first() or ""
