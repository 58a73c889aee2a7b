import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from newsletter import __version__
from newsletter.accounts.models import Role as StoredRole
from newsletter.cli.app import app
from newsletter.cli.commands.appeals import PlaceOption
from newsletter.cli.commands.notices import ChoiceOption
from newsletter.cli.commands.users import RoleOption
from newsletter.cli.commands.webhooks import FormatOption
from newsletter.giving.models import AppealPlace
from newsletter.notices.kinds import DeliveryChoice
from newsletter.notices.webhook_models import WebhookFormat
from newsletter.publications.models import Publication
from tests.cli.commands.test_publications import NEW_PUBLICATION
from tests.cli.conftest import Command
from tests.support.waiting import wait_until

GROUPS = ["stories", "appeals", "editions", "dispatches", "readers", "publications", "users"]
COMMANDS = ["run", "postbox", "status", "check", "migrate", "manage"]


def opened_by_a_reader(pipe: Path) -> int:
    """Return the write end of a named pipe once it has a reader, else 0."""
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return 0


def system(folder: Path) -> dict[str, str]:
    """Return the environment of an installation with its own data folder and database."""
    return os.environ | {"NEWSLETTER_DATA": str(folder), "DATABASE_URL": f"sqlite:///{folder}/system.sqlite3"}


def start(*arguments: str, env: dict[str, str] | None = None, **options: object) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a subprocess."""
    return subprocess.run(
        [sys.executable, "-m", "newsletter", *arguments],
        env=os.environ | (env or {}), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_help_names_every_group_and_command(newsletter: Command) -> None:
    result = newsletter("--help")
    assert result.status == 0
    for name in GROUPS + COMMANDS:
        assert re.search(rf"^│ {name} ", result.out, re.MULTILINE), name


def test_without_arguments_help_is_shown(newsletter: Command) -> None:
    assert newsletter() == newsletter("--help")


def every_command() -> Iterator[tuple[str, Any]]:
    """Yield the full name of each command, and the command."""
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]  # it is a group
        if isinstance(command, TyperGroup):
            yield from ((f"{name} {subcommand}", each) for subcommand, each in command.commands.items())
        else:
            yield name, command


COMMANDS_BY_NAME = dict(every_command())


@pytest.mark.parametrize("name", [name for name in COMMANDS_BY_NAME if name != "manage"])
def test_every_command_and_option_has_help(newsletter: Command, name: str) -> None:
    result = newsletter(*name.split(), "--help")
    assert result.status == 0
    assert f"Usage: newsletter {name}" in result.out
    assert "<bool>" not in result.out
    assert COMMANDS_BY_NAME[name].help
    assert all(option.help for option in COMMANDS_BY_NAME[name].params)


def test_the_version_is_that_of_the_package(newsletter: Command) -> None:
    assert newsletter("--version").out == f"{__version__}\n"


def test_an_unknown_command_has_status_2(newsletter: Command) -> None:
    result = newsletter("storys")
    assert (result.status, result.out) == (2, "")
    assert "No such command 'storys'" in result.err


def test_help_and_version_need_no_settings() -> None:
    broken = {"BASE_URL": "nonsense"}
    assert start("readers", "count", "--help", env=broken).returncode == 0
    assert start("--version", env=broken).stdout == f"{__version__}\n"


def test_a_bad_setting_is_one_sentence() -> None:
    result = start("readers", "count", env={"BASE_URL": "nonsense"})
    assert (result.returncode, result.stdout) == (1, "")
    assert (
        result.stderr
        == "BASE_URL is 'nonsense', which is not an http or https URL. Give a URL such as https://news.example.org.\n"
    )


def test_a_database_without_tables_is_one_sentence(tmp_path: Path) -> None:
    result = start(
        "readers",
        "count",
        env=system(tmp_path),
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "The database schema is out of date. Run: newsletter migrate\n"


def test_a_database_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    result = start("readers", "count", env={"DATABASE_URL": f"sqlite:///{tmp_path}/none/here.sqlite3"})
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "Cannot use the database: unable to open database file.\n"


def test_with_one_publication_the_slug_is_optional(newsletter: Command, publication: Publication) -> None:
    assert newsletter("readers", "count").status == 0
    assert newsletter("readers", "count", "-p", "morning").status == 0
    assert (
        "publication: no publication 'evening'. Give one of: morning."
        in newsletter("readers", "count", "-p", "evening").err
    )
    publication.pk, publication.slug = None, "evening"
    publication.save()
    result = newsletter("readers", "count")
    assert (result.status, result.err) == (
        1, "publication: there is more than one. Give --publication with one of: evening, morning.\n",
    )  # fmt: skip


def test_without_a_publication_the_error_names_the_command_to_create_one(newsletter: Command) -> None:
    assert "Create one: newsletter publications add" in newsletter("readers", "count").err


@pytest.mark.parametrize("arguments", [["--help"], ["manage", "help", "--commands"], ["users", "list"]])
def test_a_reader_that_closes_the_pipe_is_no_error(tmp_path: Path, arguments: list[str]) -> None:
    env = system(tmp_path)
    if arguments[0] == "users":
        assert start("migrate", env=env).returncode == 0
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", *arguments],
        env=env,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert done.stderr == ""


def test_ctrl_c_is_quiet_and_status_130(tmp_path: Path) -> None:
    env = system(tmp_path)
    assert start("migrate", env=env).returncode == 0
    assert start("publications", "add", *NEW_PUBLICATION, env=env).returncode == 0
    pipe = tmp_path / "readers.csv"
    os.mkfifo(pipe)
    importing = subprocess.Popen(
        [sys.executable, "-m", "newsletter", "readers", "import", str(pipe), "--source", "form"],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        end = wait_until(lambda: opened_by_a_reader(pipe), what="the import to read")
        importing.send_signal(signal.SIGINT)
        out, err = importing.communicate(timeout=30)
        os.close(end)
    finally:
        importing.kill()
        importing.wait()
    assert (importing.returncode, out, err) == (130, "", "")


def test_the_choices_of_options_match_the_models() -> None:
    assert [role.value for role in RoleOption] == StoredRole.values
    assert [place.value for place in PlaceOption] == AppealPlace.values
    assert [choice.value for choice in ChoiceOption] == DeliveryChoice.values
    assert [form.value for form in FormatOption] == WebhookFormat.values
