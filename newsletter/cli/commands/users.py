"""newsletter users: the people who work here. Passwords are asked for or read from stdin, never an argument."""

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

app = Commands(help="Users: people who work here, and what they may do.")


class Role(StrEnum):
    """The roles of `accounts.models`, which cannot be imported before Django is set up."""

    CURATOR = "curator"
    EDITOR = "editor"
    OPS = "ops"
    ADMIN = "admin"


Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address they sign in with.")]
ByAdministrator = Annotated[
    str,
    typer.Option("--by", metavar="EMAIL", help="Who does it: an administrator. It is recorded.", show_default=False),
]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")]


@app.command()
def add(  # noqa: PLR0917 — Typer reads them as options
    email: Email,
    role: Annotated[
        Role, typer.Option(help="curator: stories; editor: also approval; ops: sending; admin: all.")
    ] = Role.CURATOR,
    name: Annotated[str, typer.Option(help="Their name.", show_default=False)] = "",
    by: ByAdministrator = "",
    password_stdin: FromStdin = False,
    json: Json = False,
) -> None:
    """Add somebody who may sign in."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from newsletter.accounts import manage_users
    from newsletter.accounts.models import User

    try:
        validate_email(email.strip())
    except ValidationError:
        raise BadInput("EMAIL", "is not an address.", "Give one such as cora@example.org.") from None
    if User.objects.filter(email=email.strip().lower()).exists():
        raise InvalidState("Somebody with this address works here already.")
    user = User(email=email.strip().lower(), name=name.strip()[:100], role=role.value)
    user.set_password(_password(user, from_stdin=password_stdin))
    _show(manage_users.add_user(user, by=_by(by), now=clock.now()), json=json)


@app.command("list")
def list_(json: Json = False) -> None:
    """List everybody who works here."""
    from newsletter.accounts.models import User

    found = list(User.objects.order_by("email"))
    if json:
        output.data([json_shapes.user(user) for user in found])
        return
    output.table(
        ["email", "name", "role", "may sign in"],
        [[u.email, u.name, u.role, u.is_active and u.has_usable_password()] for u in found],
    )


@app.command("set-password")
def set_password(email: Email, by: ByAdministrator = "", password_stdin: FromStdin = False) -> None:
    """Give somebody another password; it is asked for twice. They are signed out everywhere."""
    from newsletter.accounts import manage_users

    user = _user(email)
    password = _password(user, from_stdin=password_stdin)
    manage_users.set_password(user, password=password, by=_by(by), now=clock.now())
    output.print_note(f"{user.email} has a new password.")


@app.command("set-role")
def set_role(
    email: Email,
    role: Annotated[Role, typer.Argument(help="What they may do.")],
    by: ByAdministrator = "",
    json: Json = False,
) -> None:
    """Give somebody another role. It holds from their next click on."""
    from newsletter.accounts import manage_users
    from newsletter.accounts.models import Role as Stored

    changed = manage_users.change_role(_user(email), role=Stored(role.value), by=_by(by), now=clock.now())
    _show(changed, json=json)


@app.command()
def close(email: Email, by: ByAdministrator = "", json: Json = False) -> None:
    """Close an account: they are signed out everywhere at once and cannot sign in. What they did is kept."""
    from newsletter.accounts import manage_users

    _show(manage_users.close_account(_user(email), by=_by(by), now=clock.now()), json=json)


@app.command()
def reopen(email: Email, by: ByAdministrator = "", json: Json = False) -> None:
    """Open a closed account again: they sign in with the password they had."""
    from newsletter.accounts import manage_users

    _show(manage_users.reopen_account(_user(email), by=_by(by), now=clock.now()), json=json)


def _by(email: str) -> User | None:
    """The person who is named, who must be an administrator; the system's user is recorded in any case."""
    from newsletter.accounts.models import Role as Stored

    if not email:
        return None
    person = _user(email, field="by")
    if person.role != Stored.ADMIN or not person.is_active:
        raise InvalidState(f"{person} is no administrator whose account is open.")
    return person


def _user(email: str, *, field: str = "EMAIL") -> User:
    from newsletter.accounts.models import User

    found = User.objects.filter(email=email.strip().lower()).first()
    if found is None:
        raise BadInput(field, "nobody who works here has this address.", "See: newsletter users list")
    return found


def _password(user: User, *, from_stdin: bool) -> str:
    """A password that passes the rules of the settings, from stdin or typed twice."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    if from_stdin:
        password = input_files.first_line("password")
    elif output.is_interactive():
        password = getpass.getpass("Password: ")
        if getpass.getpass("The same again: ") != password:
            raise BadInput("password", "the two were not the same.", "Try again.")
    else:
        raise BadInput("password", "nobody is at the terminal to type one.", "Give --password-stdin.")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput("password", " ".join(error.messages)) from None
    return password


def _show(user: User, *, json: bool) -> None:
    shape = json_shapes.user(user)
    if json:
        output.data(shape)
    else:
        output.print_fields(
            [("email", user.email), ("name", user.name), ("role", user.role), ("may sign in", user.is_active)]
        )
