"""newsletter undo: what somebody did in the last twelve hours, and undoing one act of it."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import Annotated

import typer

from newsletter.cli.commands.users import named_user
from newsletter.cli.support import lookups, output
from newsletter.cli.support.options import By, Json
from newsletter.lib import clock
from newsletter.lib.errors import BadInput


def undo(
    act: Annotated[
        int, typer.Argument(metavar="ACT", help="Number of the act, from the list.", show_default=False)
    ] = 0,
    by: By = "",
    json: Json = False,
) -> None:
    """Undo an act of the desk, or without a number list those of the last twelve hours.

    An act is undone by the person who did it, while what it made still stands.

    Example: newsletter undo 41 --by cora@example.org
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.audit.undo_models import KeptAct
    from newsletter.letters.undo import undo_act

    now = clock.now()
    # whoever is named needs no role here: each act asks for its own permission
    person = named_user(by, field="--by") if by else lookups.person(by, Permission.CURATE)
    if act:
        found = KeptAct.objects.filter(pk=act, user=person).first()
        if found is None:
            raise BadInput("act", f"no act {act} of this person.", "List them: newsletter undo --by EMAIL")
        done = undo_act.undo(found, by=person, now=now)
        shape = {"act": done.pk, "undone": done.sentence}
        output.print_json(shape) if json else output.print_note(f"Undone: {done.sentence}")
        return
    rows = [
        {
            "act": each.pk,
            "made_at": each.made_at.isoformat(timespec="seconds"),
            "what": each.sentence,
            "cannot_be_undone": undo_act.FINAL.get(each.kind, ""),
        }
        for each in undo_act.acts_of(person, now=now)
    ]
    if json:
        output.print_json(rows)
        return
    output.print_table(["act", "when", "what", "cannot be undone"], [list(row.values()) for row in rows])
