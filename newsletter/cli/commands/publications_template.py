"""newsletter publications template: show, list, check, set, use, remove."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.commands.publications import Slug
from newsletter.cli.commands.publications import app as publications
from newsletter.cli.support import input_files, lookups, output
from newsletter.cli.support.options import By, Json
from newsletter.cli.support.typer_app import Commands

if TYPE_CHECKING:
    from newsletter.accounts.models import User

app = Commands(help="A publication's own letter template, in place of its look's HTML.")
publications.add_typer(app, name="template")

File = Annotated[str, typer.Argument(metavar="FILE", help="The template; - reads what is piped in.")]


@app.command()
def show(slug: Slug = "") -> None:
    """Print the template in use, else the latest, else one to start from: … show morning > own.html"""
    from newsletter.letters import custom_templates

    output.print_document(custom_templates.current(lookups.publication(slug)))


@app.command("list")
def list_(slug: Slug = "", json: Json = False) -> None:
    """List the versions that are kept."""
    publication = lookups.publication(slug)
    kept = list(publication.templates.select_related("saved_by"))
    if json:
        output.print_json(
            [{"number": t.number, "saved_at": t.saved_at, "in_use": t.pk == publication.template_id} for t in kept]
        )
        return
    output.print_table(
        ["version", "saved at", "by", "in use"],
        [[t.number, t.saved_at, t.saved_by or "", t.pk == publication.template_id] for t in kept],
    )


@app.command()
def check(file: File, slug: Slug = "") -> None:
    """Try a template without keeping it: with much, with little, and with the queue as it is."""
    from newsletter.letters import custom_templates

    publication, body = lookups.publication(slug), input_files.read_text(file)
    custom_templates.check(publication, body)
    stops = [finding for finding in custom_templates.preview(publication, body).findings if finding.severity == "stop"]
    for finding in stops:
        output.print_note(f"Preflight would stop a letter: {finding.hint}")
    if stops:
        raise typer.Exit(1)
    output.print_note("It makes a letter that may leave.")


@app.command("set")
def set_(file: File, slug: Slug = "", by: By = "") -> None:
    """Save a template as a new version and make letters with it."""
    from newsletter.letters import custom_templates
    from newsletter.lib import clock

    made = custom_templates.save(lookups.publication(slug), input_files.read_text(file), by=_person(by), now=clock.now())
    output.print_note(f"Saved as version {made.number}. Letters are made with it from now on.")


@app.command()
def use(version: Annotated[int, typer.Argument(metavar="VERSION")], slug: Slug = "", by: By = "") -> None:
    """Take an earlier version up again."""
    from newsletter.letters import custom_templates

    custom_templates.use_version(lookups.publication(slug), version, by=_person(by))
    output.print_note(f"Version {version} is in use.")


@app.command()
def remove(slug: Slug = "", by: By = "") -> None:
    """Go back to the look. All versions are kept."""
    from newsletter.letters import custom_templates

    custom_templates.remove(lookups.publication(slug), by=_person(by))
    output.print_note("Letters have the look again.")


def _person(by: str) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.APPROVE)
