"""newsletter editions preview: the letter itself, by the same road as the one that leaves."""

from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.commands.editions import app
from newsletter.cli.support import lookups, output
from newsletter.cli.support.options import EditionId, Json, Thanks
from newsletter.lib import clock
from newsletter.lib.errors import BadInput
from newsletter.lib.replace_file import replace_file

Target = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it here; - prints it.", show_default=False)]


@app.command()
def preview(
    edition: EditionId, html: Target = None, text: Target = None, thanks: Thanks = False, json: Json = False
) -> None:
    """Print the letter as it stands or would be assembled now; nothing is kept.

    Without --html and --text the subject and the plain text are printed. Marks such as
    __nl_first_name__ stand where each reader's own value goes.
    """
    from newsletter.editions.models import Variant
    from newsletter.letters import assemble_letter

    variant = Variant.THANKS if thanks else Variant.DEFAULT
    letter = assemble_letter.preview(lookups.edition(edition), now=clock.now(), variant=variant)
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
        with replace_file(file) as written:
            written.write(content.encode())
    except OSError as error:
        raise BadInput(name, f"cannot be written ({error.strerror}).") from None
    output.print_note(f"Written to {file}: {len(content.encode()) / 1024:.0f} kB.")
