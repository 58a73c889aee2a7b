"""The first administrator."""

from datetime import UTC, datetime

import pytest

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.local import first_admin

pytestmark = pytest.mark.django_db


def test_the_first_admin_has_all_permissions_and_the_password_that_is_shown() -> None:
    admin = first_admin.create_first_admin()
    assert admin
    user = User.objects.get(email=admin.email)
    assert user.role == Role.ADMIN
    assert all(has_permission(user, permission) for permission in Permission)
    assert user.check_password(admin.password)
    assert admin.password not in user.password


def test_a_second_start_creates_no_admin() -> None:
    assert first_admin.create_first_admin()
    assert first_admin.create_first_admin() is None


def test_no_admin_is_created_where_there_is_a_user() -> None:
    User.objects.create_user("cora@example.org")
    assert first_admin.create_first_admin() is None
    assert User.objects.count() == 1


def test_the_admin_counts_as_unused_until_a_user_signs_in() -> None:
    assert first_admin.unused_admin_email() == ""
    first_admin.create_first_admin()
    assert first_admin.unused_admin_email() == first_admin.EMAIL
    User.objects.update(last_login=datetime(2026, 11, 23, tzinfo=UTC))
    assert first_admin.unused_admin_email() == ""
