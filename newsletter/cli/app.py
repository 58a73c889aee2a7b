"""The root of the command line: every group and command, in the panels of `newsletter --help`."""

from typing import Annotated

import typer

from newsletter import __version__
from newsletter.cli.commands import (
    api_tokens,
    appeals,
    deliverability,
    dispatches,
    editions,
    editions_actions,  # noqa: F401 — adds commands to editions
    editions_override,  # noqa: F401 — adds a command to editions
    editions_preview,  # noqa: F401 — adds a command to editions
    editions_screenshots,  # noqa: F401 — adds a command to editions
    editions_snippets,  # noqa: F401 — adds a command to editions
    editions_stories,  # noqa: F401 — adds commands to editions
    editions_test_send,  # noqa: F401 — adds a command to editions
    editions_texts,  # noqa: F401 — adds a command to editions
    environment,
    feeds,
    gifts,
    notices,
    ops,
    ops_given_up,  # noqa: F401 — adds commands to ops
    publications,
    publications_phrases,  # noqa: F401 — the same
    publications_sign_up,  # noqa: F401 — adds a command to publications
    publications_template,  # noqa: F401 — adds a group to publications
    readers,
    readers_import,  # noqa: F401 — adds a command to readers
    readers_lookup,  # noqa: F401 — adds commands to readers
    readers_suppressions,  # noqa: F401 — adds commands to readers
    run,
    segments,
    snippets,
    stories,
    stories_add,  # noqa: F401 — adds a command to stories
    stories_claims,  # noqa: F401 — adds commands to stories
    stories_correct,  # noqa: F401 — adds commands to stories
    stories_pitches,  # noqa: F401 — adds commands to stories
    users,
    users_invite,  # noqa: F401 — adds commands to users
    users_roles,  # noqa: F401 — adds commands to users
    warm_ups,
    webhooks,
)
from newsletter.cli.commands.audit import audit
from newsletter.cli.commands.backup import backup, restore
from newsletter.cli.commands.check import check
from newsletter.cli.commands.status import status
from newsletter.cli.commands.undo import undo
from newsletter.cli.support import output
from newsletter.cli.support.typer_app import Commands

RUN, NEWSROOM, ADMINISTRATION = "Run", "Newsroom", "Administration"

app = Commands(
    help="""Curate and send email newsletters.

    Queue article teasers, build an edition with a donation appeal, and send it once to every subscriber.
    `newsletter COMMAND --help` explains a command and its options.
    """,
    add_completion=True,
)
app.command("run", rich_help_panel=RUN)(run.run)
app.command("postbox", rich_help_panel=RUN)(run.postbox)
app.command("status", rich_help_panel=RUN)(status)

for name, group in (
    ("stories", stories.app),
    ("feeds", feeds.app),
    ("appeals", appeals.app),
    ("gifts", gifts.app),
    ("snippets", snippets.app),
    ("editions", editions.app),
    ("dispatches", dispatches.app),
    ("readers", readers.app),
    ("segments", segments.app),
    ("publications", publications.app),
    ("warm-ups", warm_ups.app),
    ("users", users.app),
    ("notices", notices.app),
    ("webhooks", webhooks.app),
):
    app.add_typer(group, name=name, rich_help_panel=NEWSROOM)
app.command("undo", rich_help_panel=NEWSROOM)(undo)
app.add_typer(ops.app, name="ops", rich_help_panel=RUN)
app.add_typer(deliverability.app, name="deliverability", rich_help_panel=RUN)
app.add_typer(api_tokens.app, name="api-tokens", rich_help_panel=ADMINISTRATION)
app.add_typer(environment.app, name="environment", rich_help_panel=ADMINISTRATION)

app.command("check", rich_help_panel=ADMINISTRATION)(check)
app.command("audit", rich_help_panel=ADMINISTRATION)(audit)
app.command("backup", rich_help_panel=ADMINISTRATION)(backup)
app.command("restore", rich_help_panel=ADMINISTRATION)(restore)
app.command("migrate", rich_help_panel=ADMINISTRATION)(run.migrate)
app.command(
    "manage",
    rich_help_panel=ADMINISTRATION,
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(run.manage)


def print_version(is_requested: bool) -> None:
    """Print the version and exit, if requested."""
    if is_requested:
        output.print_text(__version__)
        raise typer.Exit


@app.callback()
def main_callback(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=print_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Accept the options of `newsletter` itself."""
