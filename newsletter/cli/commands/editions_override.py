"""newsletter editions override: a story's texts, section and size in one edition's email only."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import Annotated, Any

import typer

from newsletter.cli.commands.editions import app
from newsletter.cli.support import datetimes, field_assignments, lookups, output
from newsletter.cli.support.options import By, EditionId, Json, StoryId, Yes
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState

Assignments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME=VALUE…",
        help="Values in this edition: headline, kicker, body, section, kind.",
        show_default=False,
    ),
]


@app.command()
def override(  # noqa: PLR0917 — Typer reads them as options
    edition: EditionId,
    story: StoryId,
    assignments: Assignments = None,
    reset: Annotated[
        list[str] | None,
        typer.Option("--reset", metavar="NAME", help="Use the story’s own value again.", show_default=False),
    ] = None,
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Change a story for one edition’s email only, or without values show what it has there.

    A built email is rebuilt. If that ends an approval, the command asks you first.

    Example: newsletter editions override 12 340 headline="Ferry stays" kicker=Islands
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.letters import edit_edition, override_story
    from newsletter.letters.edit_edition import SaveEffect
    from newsletter.stories.rich_text import typed_text

    found, now = lookups.edition(edition), clock.now()
    known = lookups.story(story)
    if known.publication_id != found.publication_id:
        raise BadInput("story", "belongs to another publication.")
    in_edition = override_story.story_in_edition(found, known.pk, now=now)
    values = field_assignments.parse_assignments(assignments or [], lambda _, text: text, example="kicker=Islands")
    for name in reset or []:
        values[name] = getattr(in_edition.original, name, "")
    if unknown := sorted(set(values) - set(override_story.TEXTS)):
        names = ", ".join(override_story.TEXTS)
        raise BadInput(unknown[0], "cannot be set for one edition here.", f"Give one of: {names}.")
    if "body" in values:
        values["body"] = typed_text.to_body(values["body"])
    if values:
        effect = edit_edition.effect_of_saving(found)
        if effect == SaveEffect.UNAPPROVED:
            output.print_note(
                f"Edition {found.pk} is approved. The email is rebuilt and must be approved again, at the latest "
                f"{datetimes.format_local(found.too_late_after, found.publication)}; after that it is held."
            )
            if not output.confirm("Change it and end the approval?", yes=yes, hint="Give --yes."):
                raise InvalidState("Nothing changed.")
        person = lookups.person_if_known(by, Permission.CURATE, publication=found.publication_id)
        fields: Any = values
        found = override_story.override_story(found, known.pk, fields, by=person, now=now, announced=effect)
        in_edition = override_story.story_in_edition(found, known.pk, now=now)
    changed = override_story.values_of(in_edition.shown, in_edition.original)
    shape = {"edition": found.pk, "story": known.pk, "state": found.state, "changed": changed}
    if json:
        output.print_json(shape)
        return
    pairs = [(name.replace("_", " "), str(value)) for name, value in changed.items()]
    output.print_fields([("edition", found.pk), ("state", found.state), ("story", known.headline), *pairs])
