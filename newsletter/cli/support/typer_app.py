"""Groups of commands. A command runs with Django set up; showing help needs no settings at all."""

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
FILES = frozenset({"file", "body_file", "paste", "picture"})


class PlainFlags:
    """In help, a flag stands without `<bool>` behind it, which would read as if it took a value."""

    def get_params(self, ctx: Any) -> list[Any]:
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]  # a mixin for Typer's two classes
        for param in params:
            if getattr(param, "is_flag", False) and param.metavar is None:
                param.metavar = ""
        return params


class Command(PlainFlags, TyperCommand):
    pass


class Group(PlainFlags, TyperGroup):
    pass


class Commands(typer.Typer):
    """A Typer whose commands find Django ready, so that they may import models in their first lines."""

    def __init__(self, help: str, *, add_completion: bool = False) -> None:  # noqa: A002 — Typer's own word
        super().__init__(
            help=help, cls=Group, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=add_completion
        )

    def command(self, name: str | None = None, **options: Any) -> Callable[[Function], Function]:
        register = super().command(name, cls=Command, **options)

        def add(function: Function) -> Function:
            @wraps(function)
            def ready(*args: Any, **kwargs: Any) -> Any:
                import django
                from django.apps import apps
                from django.db import OperationalError, ProgrammingError

                _refuse_other_encodings(kwargs)
                if not apps.ready:
                    django.setup()
                from newsletter.audit import audit_trail
                from newsletter.audit.acts import Door

                try:
                    with audit_trail.acting_from(Door.COMMAND, _system_user()):
                        return function(*args, **kwargs)
                except (OperationalError, ProgrammingError) as error:
                    _explain(error)

            register(ready)
            return function

        return add


def _refuse_other_encodings(given: Mapping[str, object]) -> None:
    """Raise `BadInput` for an argument that is not in UTF-8: no database takes it. The names of files may be so."""
    for name, value in given.items():
        texts = value if isinstance(value, list) else [value]
        if name not in FILES and any(isinstance(text, str) and SURROGATES.search(text) for text in texts):
            option = "--" + name.strip("_").replace("_", "-")
            raise BadInput(option, "is not in UTF-8.", "Type it in a terminal that is set to UTF-8.")


def _system_user() -> str:
    """Who is at this terminal, as the operating system knows them."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _explain(error: Exception) -> NoReturn:
    """One sentence for a database that is not there or not ready; anything else goes on as it is."""
    first = (str(error).splitlines() or [""])[0]
    code = getattr(error.__cause__, "sqlstate", None)
    if code in MISSING_TABLES or first.startswith(("no such table", "no such column")):
        raise NewsletterError("The database lacks tables of this version. Run: newsletter migrate") from None
    if code is None and type(error).__name__ == "OperationalError":
        raise NewsletterError(f"The database cannot be used: {first}.") from None
    raise error
