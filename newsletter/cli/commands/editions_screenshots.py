"""newsletter editions screenshot: save screenshots of the email as PNG files."""

import os
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


@app.command()
def screenshot(  # noqa: PLR0917 — Typer reads them as options
    edition: EditionId,
    folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="Folder for the screenshots.")] = Path(),
    browser: Annotated[
        Path | None,
        typer.Option(
            "--browser", metavar="PROGRAM", help="Chromium or Chrome executable.", show_default="found automatically"
        ),
    ] = None,
    thanks: Thanks = False,
    plain: Plain = False,
    json: Json = False,
) -> None:
    """Save screenshots of the email: 600 and 375 pixels wide, in dark mode, and with images off.

    Needs Chromium or Chrome on this machine. Shows the email of `editions preview` to a reader without a name, and
    downloads its images.

    Example: newsletter editions screenshot 12 --folder screenshots
    """
    from newsletter.local import letter_screenshots
    from newsletter.web.shared.anonymous_letter_views import letter_of

    meant = lookups.edition(edition)
    program = browser or letter_screenshots.find_browser()
    letter = letter_of(meant, now=clock.now(), variant=chosen_version(thanks=thanks, plain=plain))
    taken = letter_screenshots.take_screenshots(letter.html, program=program)
    called = f"edition-{meant.pk}{'-thanks' if thanks else '-plain' if plain else ''}"
    targets = {name: folder / f"{called}-{name}.png" for name in taken}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, file in targets.items():
            with replace_file(file) as output_file:
                output_file.write(taken[name])
    except OSError as error:
        raise BadInput("--folder", f"cannot be written to ({error.strerror}).") from None
    if json:
        output.print_json({name: os.fsencode(file).decode(errors="replace") for name, file in targets.items()})
    else:
        output.print_text("\n".join(map(str, targets.values())))
