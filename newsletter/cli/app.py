"""The whole command line: every group and command, and what `newsletter --help` says."""

from typing import Annotated

import typer

from newsletter import __version__
from newsletter.cli.commands import (
    appeals,
    dispatches,
    editions,
    editions_actions,  # noqa: F401 — adds its commands to editions
    editions_preview,  # noqa: F401 — adds its command to editions
    editions_screenshots,  # noqa: F401 — adds its command to editions
    environment,
    gifts,
    publications,
    publications_template,  # noqa: F401 — adds its group to publications
    readers,
    readers_suppressions,  # noqa: F401 — adds its commands to readers
    run,
    stories,
    stories_add,  # noqa: F401 — adds its command to stories
    users,
    warm_ups,
)
from newsletter.cli.commands.audit import audit
from newsletter.cli.commands.check import check
from newsletter.cli.commands.status import status
from newsletter.cli.support import output
from newsletter.cli.support.typer_app import Commands

RUNNING, NEWSROOM, HOUSE = "Run it", "In the newsroom", "Keep installation_id"

app = Commands(
    help="Queue article teasers, assemble one letter with a donation appeal in it, send it once to everybody.",
    add_completion=True,
)
app.command("run", rich_help_panel=RUNNING)(run.run)
app.command("postbox", rich_help_panel=RUNNING)(run.postbox)
app.command("status", rich_help_panel=RUNNING)(status)

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

app.command("check", rich_help_panel=HOUSE)(check)
app.command("audit", rich_help_panel=HOUSE)(audit)
app.command("migrate", rich_help_panel=HOUSE)(run.migrate)
app.command(
    "manage",
    rich_help_panel=HOUSE,
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(run.manage)


def print_version(asked: bool) -> None:
    if asked:
        output.text(__version__)
        raise typer.Exit


@app.callback()
def main_callback(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=print_version, help="Print the version and leave.")
    ] = False,
) -> None:
    pass
