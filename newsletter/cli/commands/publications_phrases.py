"""newsletter publications phrases: show, set, reset."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.commands.publications import Slug
from newsletter.cli.commands.publications import app as publications
from newsletter.cli.support import field_assignments, lookups, output
from newsletter.cli.support.options import By, Json
from newsletter.cli.support.typer_app import Commands

if TYPE_CHECKING:
    from django.db.models import Model

    from newsletter.accounts.models import User

app = Commands(help="Change the fixed phrases of a publication's emails, such as “Read the full story”.")
publications.add_typer(app, name="phrases")


@app.command()
def show(slug: Slug = "", json: Json = False) -> None:
    """Show all phrases by name, and which of them are the newsroom's own."""
    from newsletter.letters.content.publication_phrases import phrases_of, words_for

    publication = lookups.publication(slug)
    words = words_for(publication)
    phrases = phrases_of(words)
    if json:
        output.print_json({"language": words.language, "checked": words.checked, "phrases": phrases})
        return
    output.print_table(
        ["phrase", "text", "changed"], [[name, text, name in publication.phrases] for name, text in phrases.items()]
    )
    if not words.checked:
        output.print_note("No fluent speaker has checked these phrases yet.")


@app.command("set")
def set_(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Publication.")],
    phrases: Annotated[list[str], typer.Argument(metavar="NAME=TEXT …", help="Phrases; values stand in braces.")],
    by: By = "",
) -> None:
    """Change phrases of a publication's emails.

    Example: newsletter publications phrases set morning "read=Read on" "give=Chip in {amount}"
    """
    from newsletter.letters.change_phrases import change_phrases

    publication = lookups.publication(slug)
    given = field_assignments.parse_assignments(phrases, lambda _, text: text, example='"read=Read on"')
    change_phrases(publication, given, by=_person(by, publication))
    output.print_note(f"Changed: {', '.join(given)}.")


@app.command()
def reset(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Publication.")],
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME …", help="Names; without them all.")] = None,
    by: By = "",
) -> None:
    """Use the phrases of the language again."""
    from newsletter.letters.change_phrases import reset_phrases

    publication = lookups.publication(slug)
    reset_phrases(publication, names or (), by=_person(by, publication))
    output.print_note("Emails use the phrases of the language again.")


def _person(by: str, publication: Model | int | None) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.APPROVE, publication=publication)
