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
    from django.db.models import Model

    from newsletter.accounts.models import User

app = Commands(help="Manage a publication's custom email template.")
publications.add_typer(app, name="template")

File = Annotated[str, typer.Argument(metavar="FILE", help="Template file; - is stdin.")]


@app.command()
def show(slug: Slug = "") -> None:
    """Print the current template: the one in use, else the latest version, else a starting template.

    Example: newsletter publications template show morning > template.html
    """
    from newsletter.letters import custom_templates

    output.print_document(custom_templates.current(lookups.publication(slug)))


@app.command("list")
def list_(slug: Slug = "", json: Json = False) -> None:
    """List saved versions."""
    publication = lookups.publication(slug)
    versions = list(publication.templates.select_related("saved_by"))
    if json:
        output.print_json(
            [{"number": t.number, "saved_at": t.saved_at, "in_use": t.pk == publication.template_id} for t in versions]
        )
        return
    output.print_table(
        ["version", "saved at", "by", "in use"],
        [[t.number, t.saved_at, t.saved_by or "", t.pk == publication.template_id] for t in versions],
    )


@app.command()
def check(file: File, slug: Slug = "") -> None:
    """Check a template without saving it.

    Renders it with a full edition, with a minimal edition and with the current queue.
    """
    from newsletter.letters import custom_templates

    publication, body = lookups.publication(slug), input_files.read_text(file)
    custom_templates.check(publication, body)
    stops = [finding for finding in custom_templates.preview(publication, body).findings if finding.severity == "stop"]
    for finding in stops:
        output.print_note(f"Preflight would block the email: {finding.hint}")
    if stops:
        raise typer.Exit(1)
    output.print_note("The template is valid.")


@app.command("set")
def set_(file: File, slug: Slug = "", by: By = "") -> None:
    """Save a template as a new version and use it."""
    from newsletter.letters import custom_templates
    from newsletter.lib import clock

    publication, body = lookups.publication(slug), input_files.read_text(file)
    saved = custom_templates.save(publication, body, by=_person(by, publication), now=clock.now())
    output.print_note(f"Saved as version {saved.number}, which is now in use.")


@app.command()
def use(
    version: Annotated[int, typer.Argument(metavar="VERSION", help="Version number, from `template list`.")],
    slug: Slug = "",
    by: By = "",
) -> None:
    """Use an earlier version again."""
    from newsletter.letters import custom_templates

    publication = lookups.publication(slug)
    custom_templates.use_version(publication, version, by=_person(by, publication))
    output.print_note(f"Version {version} is now in use.")


@app.command()
def remove(slug: Slug = "", by: By = "") -> None:
    """Use the standard layout again. All saved versions are kept."""
    from newsletter.letters import custom_templates

    publication = lookups.publication(slug)
    custom_templates.remove(publication, by=_person(by, publication))
    output.print_note("Emails use the standard layout again.")


def _person(by: str, publication: Model | int | None) -> User | None:
    from newsletter.accounts.permissions import Permission

    return lookups.person_if_known(by, Permission.APPROVE, publication=publication)
