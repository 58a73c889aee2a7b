"""newsletter editions set: the subject, preview text and note of an edition."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import Annotated

import typer

from newsletter.cli.commands.editions import app, print_edition
from newsletter.cli.support import datetimes, field_assignments, lookups, output
from newsletter.cli.support.options import By, EditionId, Json, Yes
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState

Assignments = Annotated[
    list[str],
    typer.Argument(metavar="NAME=VALUE…", help="Texts to set: subject, preheader (preview text), intro (note)."),
]


@app.command("set")
def set_(edition: EditionId, assignments: Assignments, by: By = "", yes: Yes = False, json: Json = False) -> None:
    """Change the subject, preview text or note of an edition.

    A built email is rebuilt from the same stories. If that ends an approval, the command asks you first. With an empty
    value, readers see the first headline as subject and the other headlines as preview text.

    Example: newsletter editions set 12 subject="The ferry stays" intro="Good morning."
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.letters import edit_edition
    from newsletter.letters.edit_edition import SaveEffect

    found = lookups.edition(edition)
    texts = field_assignments.parse_assignments(assignments, lambda _, text: text, example='subject="The ferry stays"')
    effect = edit_edition.effect_of_saving(found, edit_edition.compose_with(found, texts, now=clock.now()))
    if effect == SaveEffect.UNAPPROVED:
        output.print_note(
            f"Edition {found.pk} is approved. The email is rebuilt and must be approved again, at the latest "
            f"{datetimes.format_local(found.too_late_after, found.publication)}; after that it is held."
        )
        if not output.confirm("Change it and end the approval?", yes=yes, hint="Give --yes."):
            raise InvalidState("Nothing changed.")
    person = lookups.person_if_known(by, Permission.CURATE, publication=found.publication_id)
    changed = edit_edition.edit_texts(found, texts, by=person, now=clock.now(), announced=effect)
    print_edition(changed, json=json)
