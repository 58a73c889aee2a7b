"""Creates the first administrator when there is no user yet."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from newsletter.accounts.models import Role, User

EMAIL = "admin@example.org"


@dataclass(frozen=True, slots=True)
class NewAdmin:
    """What to show the person. The password is not stored in this form, so it can be shown only once."""

    email: str
    password: str


def create_first_admin() -> NewAdmin | None:
    """Create an administrator with a password of 96 random bits. Return None if there is a user already."""
    with transaction.atomic():
        if User.objects.exists():
            return None
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(EMAIL, password, name="First administrator", role=Role.ADMIN)
    return NewAdmin(user.email, password)


def unused_admin_email() -> str:
    """Return the address of the first administrator if no user has ever signed in, else an empty string."""
    if User.objects.exclude(last_login=None).exists():
        return ""
    return User.objects.filter(email=EMAIL).values_list("email", flat=True).first() or ""
