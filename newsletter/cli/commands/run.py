"""newsletter run, postbox, migrate, manage: the house itself."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.support import output


def run(
    once: Annotated[
        bool, typer.Option("--once", help="Leave after the first edition is accepted; status 0 only if all is well.")
    ] = False,
) -> None:
    """Run everything on this machine: web server, workers, beat, and what they need."""
    from newsletter.local import run_all

    raise typer.Exit(run_all.run(once=once))


def postbox(
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The port; POSTBOX_PORT if left out, 0 for any.", show_default=False),
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where letters are kept; below NEWSLETTER_DATA if left out.", show_default=False
        ),
    ] = None,
) -> None:
    """Run the postbox alone: it answers as SendGrid does, keeps the letters, and shows them."""
    from django.conf import settings

    from newsletter.postbox import postbox

    postbox.serve(
        host=host,
        port=settings.POSTBOX_PORT if port is None else port,
        file=file or Path(settings.DATA_DIR) / "postbox.sqlite3",
        ready=lambda at: output.print_note(f"The postbox is at http://{host}:{at}/ until Ctrl-C."),
    )


def migrate() -> None:
    """Bring the database to this version. Harmless when it is there already."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, stdout=sys.stderr)


def manage(context: typer.Context) -> None:
    """Django's own commands: newsletter manage shell, newsletter manage dbshell, newsletter manage help"""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["newsletter manage", *context.args])
