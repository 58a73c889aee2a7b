"""newsletter users grant, revoke: roles for single publications."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import Annotated

import typer

from newsletter.cli.commands.users import ByAdministrator, Email, RoleOption, administrator, app, named_user, show_user
from newsletter.cli.support import lookups
from newsletter.cli.support.options import Json
from newsletter.lib import clock

ForPublication = Annotated[
    str, typer.Option("--publication", "-p", metavar="SLUG", help="Publication that the role is for.")
]


@app.command()
def grant(
    email: Email,
    publication: ForPublication,
    role: Annotated[RoleOption, typer.Option(help="Role for this publication.")],
    by: ByAdministrator = "",
    json: Json = False,
) -> None:
    """Give a user a role for one publication, in place of the one they have for it.

    A role for all publications goes on to count: remove it with users set-role EMAIL none.

    Example: newsletter users grant rosa@example.org --publication morning --role contributor
    """
    from newsletter.accounts.models import Role as Stored
    from newsletter.publications.publication_roles import grant_publication_role

    user, target = named_user(email), lookups.publication(publication)
    grant_publication_role(user, target, role=Stored(role.value), by=administrator(by), now=clock.now())
    show_user(user, json=json)


@app.command()
def revoke(email: Email, publication: ForPublication, by: ByAdministrator = "", json: Json = False) -> None:
    """Take the role for one publication from a user.

    Example: newsletter users revoke rosa@example.org --publication morning
    """
    from newsletter.publications.publication_roles import revoke_publication_role

    user = named_user(email)
    revoke_publication_role(user, lookups.publication(publication), by=administrator(by), now=clock.now())
    show_user(user, json=json)
