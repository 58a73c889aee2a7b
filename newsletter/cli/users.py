"""newsletter users: the people who work here. Passwords are asked for or read from stdin, never an argument."""

from __future__ import annotations  # models are imported inside, once Django is set up

import getpass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli import output, shapes, sources
from newsletter.cli.commands import Commands
from newsletter.cli.options import Json
from newsletter.lib.errors import BadInput, NotAllowed

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
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")]


@app.command()
def add(
    email: Email,
    role: Annotated[
        Role, typer.Option(help="curator: stories; editor: also approval; ops: sending; admin: all.")
    ] = Role.CURATOR,
    name: Annotated[str, typer.Option(help="Their name.", show_default=False)] = "",
    password_stdin: FromStdin = False,
    json: Json = False,
) -> None:
    """Add somebody who may sign in."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from newsletter.accounts.models import User

    try:
        validate_email(email.strip())
    except ValidationError:
        raise BadInput("EMAIL", "is not an address.", "Give one such as cora@example.org.") from None
    if User.objects.filter(email=email.strip().lower()).exists():
        raise NotAllowed("Somebody with this address works here already.")
    user = User(email=email.strip().lower(), name=name.strip()[:100], role=role.value)
    user.set_password(_password(user, from_stdin=password_stdin))
    user.save()
    _show(user, json=json)


@app.command("list")
def list_(json: Json = False) -> None:
    """List everybody who works here."""
    from newsletter.accounts.models import User

    found = list(User.objects.order_by("email"))
    if json:
        output.data([shapes.user(user) for user in found])
        return
    output.table(
        ["email", "name", "role", "may sign in"],
        [[u.email, u.name, u.role, u.is_active and u.has_usable_password()] for u in found],
    )


@app.command("set-password")
def set_password(email: Email, password_stdin: FromStdin = False) -> None:
    """Give somebody another password; it is asked for twice. They are signed out everywhere."""
    user = _user(email)
    user.set_password(_password(user, from_stdin=password_stdin))
    user.save(update_fields=["password"])
    output.say(f"{user.email} has a new password.")


@app.command("set-role")
def set_role(email: Email, role: Annotated[Role, typer.Argument(help="What they may do.")], json: Json = False) -> None:
    """Give somebody another role."""
    user = _user(email)
    user.role = role.value
    user.save(update_fields=["role"])
    _show(user, json=json)


def _user(email: str) -> User:
    from newsletter.accounts.models import User

    found = User.objects.filter(email=email.strip().lower()).first()
    if found is None:
        raise BadInput("EMAIL", "nobody who works here has this address.", "See: newsletter users list")
    return found


def _password(user: User, *, from_stdin: bool) -> str:
    """A password that passes the rules of the settings, from stdin or typed twice."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    if from_stdin:
        password = sources.first_line("password")
    elif output.is_a_person_there():
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
    shape = shapes.user(user)
    if json:
        output.data(shape)
    else:
        output.facts([("email", user.email), ("name", user.name), ("role", user.role)])
