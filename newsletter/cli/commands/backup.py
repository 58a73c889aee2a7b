"""newsletter backup and newsletter restore."""

from __future__ import annotations  # models are imported inside, once Django is set up

import sys
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.support import output
from newsletter.cli.support.input_files import open_input
from newsletter.cli.support.options import Yes
from newsletter.lib import clock, replace_file
from newsletter.lib.errors import BadInput, InvalidState

STREAM = "-"


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write; - for standard output.")],
) -> None:
    """Write the database, the pictures and the keys into one archive, while the service runs.

    The archive has the addresses of all readers and the keys of the service. Only you can read it; encrypt it before it
    leaves the machine.

    Example: newsletter backup - | age -r RECIPIENT > newsletter.tar.gz.age
    """
    from newsletter.ops.backup.make_backup import make_backup

    if str(file) == STREAM:
        make_backup(sys.stdout.buffer, now=clock.now())
        return
    if file.exists():
        raise BadInput("FILE", f"{file} exists already.", "Give a new name: a backup never replaces another one.")
    try:
        with replace_file.replace_file(file, mode=replace_file.OWNER_ONLY) as stream:
            pictures = make_backup(stream, now=clock.now())
    except OSError as error:
        raise BadInput("FILE", f"{file} cannot be written ({error.strerror}).") from None
    output.print_note(f"Written to {file}: the database, {pictures:,} pictures, {file.stat().st_size:,} bytes.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to read; - for standard input.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a database that has tables; what is in it is lost.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Restore a backup into an empty database. It sends nothing until `newsletter environment confirm`.

    Stop all services first. The archive is verified before anything is changed.
    """
    from newsletter.ops.backup.restore_backup import restore_backup

    if replace and not output.confirm("Replace the database? What is in it is lost.", yes=yes, hint="Give --yes."):
        raise InvalidState("Not confirmed.")
    with open_input(str(file)) as stream:
        done = restore_backup(stream, replace=replace, now=clock.now())
    output.print_text(
        f"Restored the backup of {done.manifest.created_at}: the database and {done.pictures:,} pictures."
    )
    if not done.is_same_secret:
        output.print_text(
            "SECRET_KEY is another one than in the backup: links in emails that were sent do not work. Set the old one."
        )
    for name in done.replaced_keys:
        output.print_text(f"The file {name} that was here is kept as {name}.before-restore.")
    if done.missing_migrations:
        output.print_text("The backup is of an earlier release. Run: newsletter migrate")
    output.print_text("Nothing is sent from here until you run: newsletter environment confirm")
