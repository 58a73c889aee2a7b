"""The first person who may sign in."""

from datetime import UTC, datetime

import pytest

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.local import first_admin

pytestmark = pytest.mark.django_db


def test_the_first_user_may_do_everything_and_signs_in_with_what_was_told() -> None:
    invitation = first_admin.invite_if_nobody()
    assert invitation
    user = User.objects.get(email=invitation.email)
    assert user.role == Role.ADMIN
    assert all(has_permission(user, step) for step in Permission)
    assert user.check_password(invitation.password)
    assert invitation.password not in user.password


def test_nobody_is_invited_twice() -> None:
    assert first_admin.invite_if_nobody()
    assert first_admin.invite_if_nobody() is None


def test_where_somebody_works_already_nobody_is_invited() -> None:
    User.objects.create_user("cora@example.org")
    assert first_admin.invite_if_nobody() is None
    assert User.objects.count() == 1


def test_how_to_get_a_new_password_is_told_until_somebody_signs_in() -> None:
    assert first_admin.never_seen() == ""
    first_admin.invite_if_nobody()
    assert first_admin.never_seen() == first_admin.EMAIL
    User.objects.update(last_login=datetime(2026, 11, 23, tzinfo=UTC))
    assert first_admin.never_seen() == ""
