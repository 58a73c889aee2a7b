"""newsletter notices: the notices of a user, and which ones they get."""

from __future__ import annotations  # models are imported inside, once Django is set up

from enum import StrEnum
from typing import Annotated, Any

import typer

from newsletter.cli.commands.users import ByAdministrator, Email, administrator, named_user
from newsletter.cli.support import output
from newsletter.cli.support.options import Json
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.notices.kind_names import NoticeKind

app = Commands(help="Show the notices of users, and choose which ones they get.")


class ChoiceOption(StrEnum):
    """The values of `notices.kinds.DeliveryChoice`, which cannot be imported before Django is set up."""

    EMAIL = "email"
    DIGEST = "digest"
    PAGE = "page"
    NONE = "none"


@app.command("list")
def list_(
    email: Email,
    unread: Annotated[bool, typer.Option("--unread", help="Only those that are not read.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the newest.")] = 50,
    json: Json = False,
) -> None:
    """List the notices of a user, with what happens if nobody acts.

    Example: newsletter notices list eddie@example.org --unread
    """
    from newsletter.notices import read_notices

    now = clock.now()
    rows = read_notices.notices_of(named_user(email))
    found = list((rows.filter(read_at=None) if unread else rows)[:limit])
    pauses = read_notices.pauses_now(now=now)
    shapes: list[dict[str, Any]] = [
        {
            "notice": row.notice_id,
            "kind": row.notice.kind,
            "publication": row.notice.publication.slug if row.notice.publication else None,
            "edition": row.notice.edition_id,
            "title": row.notice.title,
            "lines": row.notice.lines,
            "if_nobody_acts": read_notices.consequence(row.notice, pauses=pauses, now=now),
            "path": row.path,
            "happened_at": row.notice.happened_at,
            "ended_at": row.notice.ended_at,
            "read_at": row.read_at,
        }
        for row in found
    ]
    if json:
        output.print_json(shapes)
        return
    output.print_table(
        ["notice", "when", "kind", "title", "if nobody acts", "read"],
        [
            [one["notice"], one["happened_at"], one["kind"], one["title"], one["if_nobody_acts"], bool(one["read_at"])]
            for one in shapes
        ],
    )


@app.command()
def read(email: Email) -> None:
    """Mark all notices of a user as read."""
    from newsletter.notices import read_notices

    count = read_notices.mark(named_user(email), None, is_read=True, now=clock.now())
    output.print_text(f"Marked as read: {count}.")


@app.command()
def choices(email: Email, json: Json = False) -> None:
    """Show which notices a user gets, and how."""
    from newsletter.notices.choices import choices_for

    found = {kind.value: choice.value for kind, choice in choices_for(named_user(email)).items()}
    if json:
        output.print_json(found)
    else:
        output.print_fields(list(found.items()))


@app.command()
def choose(
    email: Email,
    kind: Annotated[NoticeKind, typer.Argument(metavar="KIND", help="Kind, from `notices choices`.")],
    choice: Annotated[
        ChoiceOption,
        typer.Argument(metavar="HOW", help="email (at once), digest (one email a day), page (no email) or none."),
    ],
    by: ByAdministrator = "",
    json: Json = False,
) -> None:
    """Choose how a user gets a kind of notices from now on.

    Example: newsletter notices choose eddie@example.org sent digest
    """
    from newsletter.notices import choices as notice_choices
    from newsletter.notices.kinds import DeliveryChoice

    wanted = {kind: DeliveryChoice(choice.value)}
    notice_choices.choose(named_user(email), wanted, by=administrator(by), now=clock.now())
    choices(email, json=json)
