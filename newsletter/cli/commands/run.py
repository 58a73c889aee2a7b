"""newsletter run, postbox, migrate, manage: run and set up the installation."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.support import output


def run(
    once: Annotated[
        bool,
        typer.Option("--once", help="Exit after the first edition is accepted; status 0 only if nothing went wrong."),
    ] = False,
) -> None:
    """Run all services on this machine: web server, workers, scheduler, and Redis and postbox if needed.

    Needs no configuration. The first start creates a sample publication.
    """
    from newsletter.local import run_all

    raise typer.Exit(run_all.run(once=once))


def postbox(
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port; 0 for any free one. Default: POSTBOX_PORT.", show_default=False),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Database file for caught emails. Default: below NEWSLETTER_DATA.", show_default=False
        ),
    ] = None,
) -> None:
    """Run only the postbox: a local SendGrid simulator that catches emails and shows them in the browser."""
    from django.conf import settings

    from newsletter.postbox import postbox

    postbox.serve(
        host=host,
        port=settings.POSTBOX_PORT if port is None else port,
        file=file or Path(settings.DATA_DIR) / "postbox.sqlite3",
        ready=lambda at: output.print_note(f"The postbox is at http://{host}:{at}/. Press Ctrl-C to stop."),
    )


def migrate() -> None:
    """Apply database migrations. Safe to repeat."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, stdout=sys.stderr)


def manage(context: typer.Context) -> None:
    """Run a Django management command.

    Examples: newsletter manage shell, newsletter manage dbshell, newsletter manage help
    """
    from django.core.management import execute_from_command_line

    execute_from_command_line(["newsletter manage", *context.args])
