"""newsletter ops given-up, retry, discard and explain: work whose tries are used up, and what a text means."""

from __future__ import annotations  # models are imported inside, once Django is set up

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.commands.ops import WARNING, app
from newsletter.cli.support import lookups, output
from newsletter.cli.support.options import By, Json, Yes
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.ops.given_up.kinds_of_work import WorkKind

Kind = Annotated[str, typer.Argument(metavar="KIND", help="As `newsletter ops given-up` names it, such as pictures.")]
Row = Annotated[int | None, typer.Option("--row", metavar="ID", help="Only this one; default: all of the kind.")]


@app.command("given-up")
def given_up(json: Json = False) -> None:
    """List work that was given up: webhook posts, emails to single people, imports, pictures, feeds.

    Exits with status 1 if there is any, which is a warning for Nagios.
    """
    from newsletter.ops.given_up.act_on_given_up import given_up_work

    found = given_up_work(now=clock.now())
    if json:
        output.print_json(
            [
                {
                    "kind": work.kind.code,
                    "count": work.count,
                    "rows": [
                        {"id": row.pk, "subject": row.subject, "problem": row.problem, "since": row.since}
                        for row in work.rows
                    ],
                }
                for work in found
            ]
        )
    else:
        count = sum(work.count for work in found)
        output.print_text(f"WARNING: {count:,} given up." if found else "OK: nothing was given up.")
        output.print_table(
            ["kind", "id", "what", "problem", "since"],
            [[work.kind.code, row.pk, row.subject, row.problem, row.since] for work in found for row in work.rows],
        )
        for work in found:
            if work.count > len(work.rows):
                output.print_note(f"And {work.count - len(work.rows):,} more of {work.kind.code}.")
    if found:
        raise typer.Exit(WARNING)


@app.command()
def retry(kind: Kind, row: Row = None, by: By = "", yes: Yes = False) -> None:
    """Try work again that was given up: one row, or all of a kind.

    Example: newsletter ops retry webhook-posts --row 17
    """
    from newsletter.ops.given_up import act_on_given_up

    work = _kind(kind)
    _decide(work, row, "Try {} again?", work.retried, act_on_given_up.retry, by=by, yes=yes)


@app.command()
def discard(kind: Kind, row: Row = None, by: By = "", yes: Yes = False) -> None:
    """Discard work that was given up: one row, or all of a kind. It is not tried again.

    Example: newsletter ops discard staff-emails --row 4
    """
    from newsletter.ops.given_up import act_on_given_up

    work = _kind(kind)
    _decide(work, row, "Discard {}?", work.discarded, act_on_given_up.discard, by=by, yes=yes)


@app.command()
def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the provider says; - reads it from stdin.")],
    json: Json = False,
) -> None:
    """Say what a text of the provider means, by the table “common-errors” of the runbook.

    Exits with status 1 if the table does not know it.

    Example: newsletter ops explain "550 5.7.26 This mail has been blocked"
    """
    from newsletter.ops.failures import known_errors

    found = known_errors.explain(sys.stdin.read(known_errors.MAX_TEXT) if text == "-" else text)
    if json:
        output.print_json([{"meaning": each.meaning, "remedy": each.remedy} for each in found])
    elif found:
        output.print_table(["it means", "what to do"], [[each.meaning, each.remedy] for each in found])
    else:
        output.print_text("The runbook’s table of known errors has none of the words in this text.")
    if not found:
        raise typer.Exit(WARNING)


def _kind(code: str) -> WorkKind:
    from newsletter.ops.given_up.kinds_of_work import BY_CODE

    if code not in BY_CODE:
        raise BadInput("kind", f"{code!r} does not exist.", f"Give one of: {', '.join(BY_CODE)}.")
    return BY_CODE[code]


def _decide(
    kind: WorkKind,
    row: int | None,
    question: str,
    effect: str,
    act: Callable[..., int],
    *,
    by: str,
    yes: bool,
) -> None:
    from newsletter.accounts.permissions import Permission
    from newsletter.ops.given_up.act_on_given_up import given_up_of

    now = clock.now()
    person = lookups.person(by, Permission.OPERATE)
    found = given_up_of(kind, row, now=now)
    if found.rows:
        what = found.rows[0].subject if row is not None else f"{found.count:,} {kind.name}"
        if not output.confirm(f"{question.format(what)} {effect}", yes=yes, hint="Give --yes."):
            raise InvalidState("Not confirmed.")
    count = act(kind, row, by=person, now=now)
    output.print_text(f"{count:,} {kind.singular if count == 1 else kind.name}.")
