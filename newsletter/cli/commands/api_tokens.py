"""newsletter api-tokens: list, create, revoke."""

from __future__ import annotations  # models are imported inside, once Django is set up

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.support import json_shapes, lookups, output
from newsletter.cli.support.options import Json
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from newsletter.accounts.models import User
    from newsletter.api_tokens.models import ApiToken

app = Commands(help="Manage API tokens, with which programs act for staff users.")
Owner = Annotated[
    str, typer.Option("--owner", metavar="EMAIL", help="Staff user whose tokens these are.", show_default=False)
]
MAX_DAYS = 3650


@app.command("list")
def list_(owner: Owner = "", json: Json = False) -> None:
    """List the tokens that are neither revoked nor expired, with their last use."""
    from newsletter.api_tokens import manage_tokens

    found = list(manage_tokens.tokens_of(_user(owner) if owner else None, now=clock.now()))
    if json:
        output.print_json([json_shapes.api_token(token) for token in found])
        return
    output.print_table(
        ["token", "begins with", "name", "owner", "scopes", "publications", "last used"],
        [
            [one.pk, one.prefix, one.name, one.owner.email, " ".join(one.scopes), _publications(one), _used(one)]
            for one in found
        ],
    )


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which program uses it.")],
    *,
    owner: Annotated[str, typer.Option("--owner", metavar="EMAIL", help="Staff user for whom it acts.")],
    scope: Annotated[
        list[str], typer.Option("--scope", metavar="SCOPE", help="What it may do; repeat for more. See `scopes`.")
    ],
    publication: Annotated[
        list[str],
        typer.Option(
            "--publication",
            "-p",
            metavar="SLUG",
            help="Publication that it is for; repeat for more. Without one: all that its owner may.",
            show_default=False,
        ),
    ] = [],  # noqa: B006 — Typer copies it
    days: Annotated[int, typer.Option("--days", min=0, max=MAX_DAYS, help="Days until it expires; 0: never.")] = 365,
    json: Json = False,
) -> None:
    """Create a token and print it, this once. It may do what its scopes and its owner's roles both permit.

    Example: newsletter api-tokens create "Our CMS" --owner eddie@example.org --scope stories:write -p morning
    """
    from newsletter.api_tokens import manage_tokens

    now = clock.now()
    made = manage_tokens.make_token(
        _user(owner),
        name=name,
        scopes=scope,
        publications=[lookups.publication(slug) for slug in publication] or None,
        expires_at=now + timedelta(days=days) if days else None,
        now=now,
    )
    if json:
        output.print_json(json_shapes.api_token(made.token) | {"token": made.text})
        return
    output.print_note("Copy the token now and keep it like a password. It is not stored and is never shown again.")
    output.print_text(made.text)


@app.command()
def scopes() -> None:
    """List the scopes, with what they permit and the permission that the owner of a token needs."""
    from newsletter.api_tokens.scopes import SCOPES

    output.print_table(
        ["scope", "permits", "needs"], [[scope, rule.permits, rule.permission] for scope, rule in SCOPES.items()]
    )


@app.command()
def revoke(
    token: Annotated[int, typer.Argument(metavar="TOKEN", help="Token number, from `api-tokens list`.")],
    json: Json = False,
) -> None:
    """Revoke a token. Programs that use it are refused from now on."""
    from newsletter.api_tokens import manage_tokens

    found = manage_tokens.tokens_of(None, now=clock.now()).filter(pk=token).first()
    if found is None:
        raise BadInput("token", f"no token {token} that is valid.", "List them: newsletter api-tokens list")
    manage_tokens.revoke_token(found, by=None, now=clock.now())
    if json:
        output.print_json(json_shapes.api_token(found))
        return
    output.print_text(f"Revoked {found.name} of {found.owner.email}.")


def _user(email: str) -> User:
    from newsletter.accounts.models import User
    from newsletter.mail.staff_address import staff_address

    found = User.objects.filter(email=staff_address(email)).first()
    if found is None:
        raise BadInput("--owner", "no user with this address.", "List them: newsletter users list")
    return found


def _publications(token: ApiToken) -> str:
    return "all" if token.for_all else " ".join(one.slug for one in token.publications.all())


def _used(token: ApiToken) -> str:
    return f"{token.last_used_at:%Y-%m-%d %H:%M} UTC" if token.last_used_at else "never"
