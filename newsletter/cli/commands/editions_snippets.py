"""newsletter editions leave-out-snippet: a snippet that one edition does not print."""

from typing import Annotated

import typer

from newsletter.cli.commands.editions import app, print_edition
from newsletter.cli.support import lookups, output
from newsletter.cli.support.options import By, EditionId, Json, Yes
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState


@app.command("leave-out-snippet")
def leave_out_snippet(  # noqa: PLR0917 — Typer reads them as options
    edition: EditionId,
    snippet: Annotated[int, typer.Argument(metavar="SNIPPET", help="Snippet number, from `snippets list`.")],
    back: Annotated[bool, typer.Option("--back", help="Print it in this edition again.")] = False,
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Leave a snippet out of one edition. Other editions print it. A built email is rebuilt.

    Example: newsletter editions leave-out-snippet 12 3
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.letters import edit_edition
    from newsletter.letters import leave_out_snippet as snippets
    from newsletter.letters.edit_edition import SaveEffect

    found, chosen = lookups.edition(edition), lookups.snippet(snippet)
    effect = edit_edition.effect_of_saving(found)
    if effect == SaveEffect.UNAPPROVED and not output.confirm(
        "The email is rebuilt and must be approved again. Change it and end the approval?", yes=yes, hint="Give --yes."
    ):
        raise InvalidState("Nothing changed.")
    person = lookups.person_if_known(by, Permission.CURATE, publication=found.publication_id)
    changed = snippets.set_left_out(found, chosen, is_out=not back, by=person, now=clock.now(), announced=effect)
    print_edition(changed, json=json)
