"""Typer groups whose commands run with Django set up. Showing help needs no settings."""

import inspect
import os
import pwd
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NoReturn, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from newsletter.lib.csv_reader import SURROGATES
from newsletter.lib.errors import BadInput, NewsletterError

Function = TypeVar("Function", bound=Callable[..., Any])
MISSING_TABLES = frozenset({"42P01", "42703"})  # PostgreSQL: undefined table, undefined column
LOST_CONNECTION = ("08", "57P")  # PostgreSQL: classes of a broken connection and of a server that is shut down
FILE_PARAMETERS = frozenset({"file", "body_file", "paste", "picture"})


class PlainFlags:
    """Show flags in help without `<bool>`, which reads as if they took a value."""

    def get_params(self, ctx: Any) -> list[Any]:
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]  # a mixin for Typer's two classes
        for param in params:
            if getattr(param, "is_flag", False) and param.metavar is None:
                param.metavar = ""
        return params


class Command(PlainFlags, TyperCommand):
    """A command with plain flags in its help."""


class Group(PlainFlags, TyperGroup):
    """A command group with plain flags in its help."""


class Commands(typer.Typer):
    """A Typer app that sets up Django before each command, so that commands can import models."""

    def __init__(self, help: str, *, add_completion: bool = False) -> None:  # noqa: A002 — Typer's parameter name
        super().__init__(
            help=reflow(help),
            cls=Group,
            no_args_is_help=True,
            pretty_exceptions_enable=False,
            add_completion=add_completion,
        )

    def command(self, name: str | None = None, **options: Any) -> Callable[[Function], Function]:
        def add(function: Function) -> Function:
            register = super(Commands, self).command(name, cls=Command, help=reflow(function.__doc__ or ""), **options)

            @wraps(function)
            def run_with_django(*args: Any, **kwargs: Any) -> Any:
                import django
                from django.apps import apps
                from django.db import InterfaceError, OperationalError, ProgrammingError

                _refuse_other_encodings(kwargs)
                if not apps.ready:
                    django.setup()
                from newsletter.audit import audit_trail
                from newsletter.audit.acts import Door

                try:
                    with audit_trail.acting_from(Door.COMMAND, _system_user()):
                        return function(*args, **kwargs)
                except (InterfaceError, OperationalError, ProgrammingError) as error:
                    _raise_explained(error)

            register(run_with_django)
            return function

        return add


def reflow(text: str) -> str:
    """Join the lines of each paragraph, so that help breaks its lines at the terminal's width."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text).split("\n\n"))


def _refuse_other_encodings(arguments: Mapping[str, object]) -> None:
    """Raise `BadInput` for an argument that is not UTF-8: no database stores it. File names may be in any encoding."""
    for name, value in arguments.items():
        texts = value if isinstance(value, list) else [value]
        if name not in FILE_PARAMETERS and any(isinstance(text, str) and SURROGATES.search(text) for text in texts):
            option = "--" + name.strip("_").replace("_", "-")
            raise BadInput(option, "is not UTF-8.", "Set the terminal to UTF-8 and try again.")


def _system_user() -> str:
    """Return the operating system's name for the current user."""
    uid = os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _raise_explained(error: Exception) -> NoReturn:
    """Raise a one-sentence error for a missing, unmigrated or lost database; raise anything else unchanged."""
    first = (str(error).splitlines() or [""])[0]
    code = getattr(error.__cause__, "sqlstate", None)
    if code in MISSING_TABLES or first.startswith(("no such table", "no such column")):
        raise NewsletterError("The database schema is out of date. Run: newsletter migrate") from None
    if (code or "").startswith(LOST_CONNECTION):
        raise NewsletterError(f"The connection to the database was lost ({first}). Run the command again.") from None
    if code is None and type(error).__name__ in ("OperationalError", "InterfaceError"):
        raise NewsletterError(f"Cannot use the database: {first}.") from None
    raise error
