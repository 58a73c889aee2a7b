"""The table of roles and permissions, and what makes it complete."""

from newsletter.accounts.models import Role
from newsletter.accounts.permissions import ALLOWED, PERMITS, Permission
from tests.support.roles_table import PAGE, with_table


def test_every_role_and_every_permission_is_in_the_tables() -> None:
    assert set(ALLOWED) == set(Role)
    assert set(PERMITS) == set(Permission)
    assert set().union(*ALLOWED.values()) == set(Permission)


def test_the_printed_table_is_the_current_one() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page), "run: python -m tests.support.roles_table"
