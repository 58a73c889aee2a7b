"""newsletter users invite, withdraw, reset-link, remove-second-factor: for invitations and lost phones."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import Annotated, Any

import typer

from newsletter.cli.commands.users import ByAdministrator, Email, RoleOption, administrator, app, named_user
from newsletter.cli.support import json_shapes, lookups, output
from newsletter.cli.support.options import Json
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState

Publications = Annotated[
    list[str] | None,
    typer.Option(
        "--publication",
        "-p",
        metavar="SLUG",
        help="Publication that the role is for; may be repeated. Without it the role counts for all.",
        show_default=False,
    ),
]


@app.command()
def invite(  # noqa: PLR0917 — Typer reads them as options
    email: Email,
    role: Annotated[RoleOption, typer.Option(help="Role, as in users add.")] = RoleOption.CURATOR,
    name: Annotated[str, typer.Option(help="Name of the person.", show_default=False)] = "",
    publication: Publications = None,
    again: Annotated[bool, typer.Option("--again", help="Send an open invitation again, with a new link.")] = False,
    by: ByAdministrator = "",
    json: Json = False,
) -> None:
    """Invite somebody by email. The link is valid for seven days and once; they choose a password.

    Example: newsletter users invite rosa@example.org --role editor --publication morning
    """
    from newsletter.accounts.models import Role as Stored
    from newsletter.mail.staff_address import staff_address
    from newsletter.publications import invitations
    from newsletter.publications.invitation_models import Invitation

    if again:
        found = Invitation.objects.open().filter(email=staff_address(email)).first()
        if found is None:
            raise BadInput("EMAIL", "has no open invitation.", "Leave out --again.")
        invited = invitations.send_again(found, by=administrator(by), now=clock.now())
    else:
        invited = invitations.invite(
            email,
            name=name,
            role=Stored(role.value),
            publications=[lookups.publication(slug) for slug in publication or []],
            by=administrator(by),
            now=clock.now(),
        )
    if json:
        output.print_json(json_shapes.invitation(invited))
    else:
        output.print_note(
            f"{invited.email} is invited until {invited.invited_at + invitations.VALID:%Y-%m-%d %H:%M} UTC."
        )


@app.command()
def invitations(json: Json = False) -> None:
    """List open invitations, with what became of their emails."""
    from newsletter.publications.invitation_models import Invitation

    rows = Invitation.objects.open().order_by("email").select_related("staff_email").prefetch_related("publications")
    shapes = [json_shapes.invitation(one) for one in rows]
    if json:
        output.print_json(shapes)
        return
    columns = ["email", "name", "role", "publications", "valid_until", "email_state"]
    output.print_table(
        [column.replace("_", " ") for column in columns],
        [[_cell(one, column) for column in columns] for one in shapes],
    )


def _cell(shape: dict[str, Any], column: str) -> Any:
    if column != "publications":
        return shape[column]
    return "all" if shape["for_all"] else ", ".join(shape["publications"]) or "none any more: void"


@app.command()
def withdraw(email: Email, by: ByAdministrator = "") -> None:
    """Withdraw an open invitation. Its link becomes void."""
    from newsletter.mail.staff_address import staff_address
    from newsletter.publications import invitations
    from newsletter.publications.invitation_models import Invitation

    found = Invitation.objects.open().filter(email=staff_address(email)).first()
    if found is None:
        raise BadInput("EMAIL", "has no open invitation.", "List them: newsletter users invitations")
    invitations.withdraw(found, by=administrator(by), now=clock.now())
    output.print_note(f"The invitation of {found.email} is withdrawn.")


@app.command("reset-link")
def reset_link(
    email: Email,
    send: Annotated[bool, typer.Option("--send", help="Send the link by email instead of printing it.")] = False,
    by: ByAdministrator = "",
) -> None:
    """Print a link with which a user chooses a new password, once and within hours. Whoever has it can sign in.

    A second factor stays.
    """
    from django.conf import settings

    from newsletter.accounts import password_reset
    from newsletter.audit import audit_trail
    from newsletter.audit.acts import Act

    user, person = named_user(email), administrator(by)
    if send:
        password_reset.send_reset_link(user, by=person, now=clock.now())
        output.print_note(f"{user.email} gets an email with the link.")
        return
    if not user.is_active:
        raise InvalidState("This account is closed. Reopen it first.")
    audit_trail.record(person, Act.PASSWORD_RESET_ASKED, user)
    output.print_text(f"{settings.BASE_URL}/password/reset/{password_reset.create_token(user)}")


@app.command("remove-second-factor")
def remove_second_factor(email: Email, by: ByAdministrator = "") -> None:
    """Remove the second factors and recovery codes of a user who lost them.

    Signs the user out everywhere and tells them by email. Be sure who asks: this is how attackers get in.
    """
    from newsletter.accounts import second_factors

    user = named_user(email)
    if not second_factors.remove_second_factors(user, by=administrator(by), now=clock.now()):
        raise InvalidState("This user has no second factor.")
    output.print_note(f"{user.email} has no second factor any more.")
