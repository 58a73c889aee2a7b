"""newsletter users: staff users. Passwords are typed or read from stdin, never an argument.

`users_roles.py` adds the roles for single publications.
"""

from __future__ import annotations  # models are imported inside, once Django is set up

import getpass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.support import input_files, json_shapes, output
from newsletter.cli.support.options import Json
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState

if TYPE_CHECKING:
    from newsletter.accounts.models import User

app = Commands(help="Manage staff users and their roles.")


class RoleOption(StrEnum):
    """The values of `accounts.models.Role`, which cannot be imported before Django is set up."""

    CONTRIBUTOR = "contributor"
    CURATOR = "curator"
    EDITOR = "editor"
    AUDIENCE = "audience"
    OPS = "ops"
    ADMIN = "admin"


class AnyRoleOption(StrEnum):
    """The role for all publications, or none."""

    NONE = "none"
    CONTRIBUTOR = "contributor"
    CURATOR = "curator"
    EDITOR = "editor"
    AUDIENCE = "audience"
    OPS = "ops"
    ADMIN = "admin"

    @property
    def stored(self) -> str:
        return "" if self is AnyRoleOption.NONE else self.value


Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Email address of the user.")]
ByAdministrator = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="EMAIL",
        help="Administrator responsible, by email address; recorded in the audit trail.",
        show_default=False,
    ),
]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")]


@app.command()
def add(  # noqa: PLR0917 — Typer reads them as options
    email: Email,
    role: Annotated[
        AnyRoleOption,
        typer.Option(
            help="Role for all publications: contributor (pitches), curator (stories), editor (also approval, readers),"
            " audience (readers), ops (sending), admin (everything) or none (see users grant)."
        ),
    ] = AnyRoleOption.CURATOR,
    name: Annotated[str, typer.Option(help="Name of the user.", show_default=False)] = "",
    by: ByAdministrator = "",
    password_stdin: FromStdin = False,
    json: Json = False,
) -> None:
    """Add a user who can sign in. Asks for the password.

    Example: newsletter users add eddie@example.org --role editor
    """
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from newsletter.accounts import manage_users
    from newsletter.accounts.models import User
    from newsletter.mail.staff_address import staff_address

    try:
        validate_email(email.strip())
    except ValidationError:
        raise BadInput("EMAIL", "is not an email address.", "Give one such as cora@example.org.") from None
    address = staff_address(email)
    if User.objects.filter(email=address).exists():
        raise InvalidState("A user with this address already exists.")
    user = User(email=address, name=name.strip()[:100], role=role.stored)
    user.set_password(_password(user, from_stdin=password_stdin))
    show_user(manage_users.add_user(user, by=administrator(by), now=clock.now()), json=json)


@app.command("list")
def list_(json: Json = False) -> None:
    """List users, with the state of their accounts."""
    from newsletter.accounts.models import User
    from newsletter.accounts.second_factors import users_with_second_factor

    found = list(User.objects.order_by("email").prefetch_related("publication_roles__publication"))
    factors = users_with_second_factor()
    if json:
        output.print_json(
            [
                json_shapes.user(u) | {"last_login": u.last_login, "second_factor": u.pk in factors, "state": _state(u)}
                for u in found
            ]
        )
        return
    output.print_table(
        ["email", "name", "role", "for single publications", "state", "second factor", "last sign-in"],
        [[u.email, u.name, u.role, _roles(u), _state(u), u.pk in factors, u.last_login or "never"] for u in found],
    )


@app.command("set-password")
def set_password(email: Email, by: ByAdministrator = "", password_stdin: FromStdin = False) -> None:
    """Set the password of a user. Asks for it twice.

    Signs the user out everywhere.
    """
    from newsletter.accounts import manage_users

    user = named_user(email)
    password = _password(user, from_stdin=password_stdin)
    manage_users.set_password(user, password=password, by=administrator(by), now=clock.now())
    output.print_note(f"The password of {user.email} was changed.")


@app.command("set-role")
def set_role(
    email: Email,
    role: Annotated[AnyRoleOption, typer.Argument(metavar="ROLE", help="New role, as in users add; none for no role.")],
    by: ByAdministrator = "",
    json: Json = False,
) -> None:
    """Change the role of a user for all publications. Takes effect at once.

    Example: newsletter users set-role cora@example.org editor
    """
    from newsletter.accounts import manage_users
    from newsletter.accounts.models import Role as Stored

    stored = Stored(role.stored) if role.stored else None
    changed = manage_users.change_role(named_user(email), role=stored, by=administrator(by), now=clock.now())
    show_user(changed, json=json)


@app.command()
def close(email: Email, by: ByAdministrator = "", json: Json = False) -> None:
    """Close the account of a user.

    Signs the user out everywhere and blocks sign-in. The audit trail keeps their actions.
    """
    from newsletter.accounts import manage_users

    show_user(manage_users.close_account(named_user(email), by=administrator(by), now=clock.now()), json=json)


@app.command()
def reopen(email: Email, by: ByAdministrator = "", json: Json = False) -> None:
    """Reopen a closed account. The password stays the same."""
    from newsletter.accounts import manage_users

    show_user(manage_users.reopen_account(named_user(email), by=administrator(by), now=clock.now()), json=json)


def administrator(email: str) -> User | None:
    """Return the named administrator, or None. The audit trail has the operating system's user in any case."""
    from newsletter.accounts.permissions import Permission, has_permission

    if not email:
        return None
    person = named_user(email, field="--by")
    if not has_permission(person, Permission.CONFIGURE):
        raise InvalidState(f"{person} is not an administrator with an open account.")
    return person


def named_user(email: str, *, field: str = "EMAIL") -> User:
    """Return the user with this address; raise `BadInput` if there is none."""
    from newsletter.accounts.models import User
    from newsletter.mail.staff_address import staff_address

    found = User.objects.filter(email=staff_address(email)).first()
    if found is None:
        raise BadInput(field, "no user with this address.", "List them: newsletter users list")
    return found


def _password(user: User, *, from_stdin: bool) -> str:
    """Return a password from stdin or typed twice. It passes the rules of the settings."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    if from_stdin:
        password = input_files.read_first_line("password")
    elif output.is_interactive():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Repeat password: ") != password:
            raise BadInput("password", "the passwords do not match.", "Try again.")
    else:
        raise BadInput("password", "there is no terminal to type it.", "Give --password-stdin.")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput("password", " ".join(error.messages)) from None
    return password


def show_user(user: User, *, json: bool) -> None:
    """Print a user with their roles."""
    shape = json_shapes.user(user)
    if json:
        output.print_json(shape)
    else:
        output.print_fields(
            [
                ("email", user.email),
                ("name", user.name),
                ("role", user.role),
                ("for single publications", _roles(user)),
                ("can sign in", user.is_active),
            ]
        )


def _state(user: User) -> str:
    if not user.is_active:
        return "closed"
    return "open" if user.has_usable_password() else "no password"


def _roles(user: User) -> str:
    return ", ".join(f"{slug}: {role}" for slug, role in json_shapes.publication_roles(user).items())
