"""The whole command line: every group and command, and what `newsletter --help` says."""

from typing import Annotated

import typer

from newsletter import __version__
from newsletter.cli import (
    adding,  # noqa: F401 — adds its command to stories
    appeals,
    audit,
    check,
    deciding,  # noqa: F401 — adds its commands to editions
    dispatches,
    editions,
    environment,
    gifts,
    output,
    picturing,  # noqa: F401 — adds its command to editions
    previews,  # noqa: F401 — adds its command to editions
    publications,
    readers,
    running,
    status,
    stories,
    suppressions,  # noqa: F401 — adds its commands to readers
    templating,  # noqa: F401 — adds its group to publications
    users,
    warm_ups,
)
from newsletter.cli.commands import Commands

RUNNING, NEWSROOM, HOUSE = "Run it", "In the newsroom", "Keep house"

app = Commands(
    help="Queue article teasers, assemble one letter with a donation appeal in it, send it once to everybody.",
    add_completion=True,
)
app.command("run", rich_help_panel=RUNNING)(running.run)
app.command("postbox", rich_help_panel=RUNNING)(running.postbox)
app.command("status", rich_help_panel=RUNNING)(status.status)

for name, group in (
    ("stories", stories.app),
    ("appeals", appeals.app),
    ("gifts", gifts.app),
    ("editions", editions.app),
    ("dispatches", dispatches.app),
    ("readers", readers.app),
    ("publications", publications.app),
    ("warm-ups", warm_ups.app),
    ("users", users.app),
):
    app.add_typer(group, name=name, rich_help_panel=NEWSROOM)
app.add_typer(environment.app, name="environment", rich_help_panel=HOUSE)

app.command("check", rich_help_panel=HOUSE)(check.check)
app.command("audit", rich_help_panel=HOUSE)(audit.audit)
app.command("migrate", rich_help_panel=HOUSE)(running.migrate)
app.command(
    "manage",
    rich_help_panel=HOUSE,
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(running.manage)


def tell_version(asked: bool) -> None:
    if asked:
        output.text(__version__)
        raise typer.Exit


@app.callback()
def begin(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=tell_version, help="Print the version and leave.")
    ] = False,
) -> None:
    pass
