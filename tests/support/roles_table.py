"""Write the table of roles and permissions into docs/roles.md: `python -m tests.support.roles_table`."""

import os

import django

from tests.support.surroundings import ROOT

PAGE = ROOT / "docs" / "roles.md"
START, END = "<!-- table: written by tests/support/roles_table.py -->\n", "<!-- end of table -->\n"


def roles_table() -> str:
    """Return the permissions as rows, with a column for each role, and what they permit."""
    from newsletter.accounts.models import Role
    from newsletter.accounts.permissions import ALLOWED, PERMITS, Permission

    roles = list(Role)
    lines = [
        f"| Permission | {' | '.join(role.value for role in roles)} | permits | only in a role for all publications |",
        f"|---|{':-:|' * len(roles)}---|---|",
    ]
    for one in Permission:
        marks = " | ".join("yes" if one in ALLOWED[role] else "" for role in roles)
        lines.append(f"| **{one.value}** | {marks} | {PERMITS[one].acts} | {PERMITS[one].for_all} |")
    return "\n".join([*lines, ""])


def with_table(page: str) -> str:
    """Return the page with the current table."""
    before, _, rest = page.partition(START)
    return f"{before}{START}{roles_table()}{END}{rest.partition(END)[2]}"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
