"""newsletter editions preview: the email of an edition, rendered as for sending."""

from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.commands.editions import app
from newsletter.cli.support import lookups, output
from newsletter.cli.support.email_version import chosen_version
from newsletter.cli.support.options import EditionId, Json, Plain, Thanks
from newsletter.lib import clock
from newsletter.lib.errors import BadInput
from newsletter.lib.replace_file import replace_file

Target = Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file; - prints.", show_default=False)]


@app.command()
def preview(  # noqa: PLR0917 — Typer reads them as options
    edition: EditionId,
    html: Target = None,
    text: Target = None,
    thanks: Thanks = False,
    plain: Plain = False,
    json: Json = False,
) -> None:
    """Preview the email of an edition.

    Renders the assembled email, or the one that the current queue gives. Saves nothing in the database. Prints
    subject and plain text unless you give --html or --text. Placeholders such as __nl_first_name__ mark personal
    values.

    Example: newsletter editions preview 12 --html preview.html
    """
    from newsletter.letters import assemble_edition

    variant = chosen_version(thanks=thanks, plain=plain)
    letter = assemble_edition.preview(lookups.edition(edition), now=clock.now(), variant=variant)
    if json:
        output.print_json({"subject": letter.subject, "text": letter.text, "html": letter.html})
    elif html is None and text is None:
        output.print_document(f"Subject: {letter.subject}\n\n{letter.text}")
    for name, file, content in (("--html", html, letter.html), ("--text", text, letter.text)):
        if file is not None:
            _write(name, file, content)


def _write(name: str, file: Path, content: str) -> None:
    if str(file) == "-":
        output.print_document(content)
        return
    try:
        with replace_file(file) as output_file:
            output_file.write(content.encode())
    except OSError as error:
        raise BadInput(name, f"cannot be written ({error.strerror}).") from None
    output.print_note(f"Saved to {file}: {len(content.encode()) / 1024:.0f} kB.")
