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
from newsletter.cli.commands.appeals import Place
from newsletter.cli.commands.users import Role
from newsletter.giving.models import Place as StoredPlace
from newsletter.publications.models import Publication
from tests.cli.commands.test_publications import NEW_PUBLICATION
from tests.cli.conftest import Command
from tests.support.waiting import wait_until

GROUPS = ["stories", "appeals", "editions", "dispatches", "readers", "publications", "users"]
COMMANDS = ["run", "postbox", "status", "check", "migrate", "manage"]


def opened_by_a_reader(pipe: Path) -> int:
    """The writing end of a named pipe once somebody reads it, else 0."""
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return 0


def system(folder: Path) -> dict[str, str]:
    """The environment of a data folder with a database of its own."""
    return os.environ | {"NEWSLETTER_DATA": str(folder), "DATABASE_URL": f"sqlite:///{folder}/system.sqlite3"}


def start(*arguments: str, env: dict[str, str] | None = None, **options: object) -> "subprocess.CompletedProcess[str]":
    """The command line as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "newsletter", *arguments],
        env=os.environ | (env or {}), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_help_names_every_group_and_command(newsletter: Command) -> None:
    told = newsletter("--help")
    assert told.status == 0
    for name in GROUPS + COMMANDS:
        assert re.search(rf"^│ {name} ", told.out, re.MULTILINE), name


def test_without_a_word_help_is_shown(newsletter: Command) -> None:
    assert newsletter() == newsletter("--help")


def every_command() -> Iterator[tuple[str, Any]]:
    """The words of each command there is, and the command."""
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]  # it is a group
        if isinstance(command, TyperGroup):
            yield from ((f"{name} {word}", each) for word, each in command.commands.items())
        else:
            yield name, command


COMMANDS_BY_NAME = dict(every_command())


@pytest.mark.parametrize("name", [name for name in COMMANDS_BY_NAME if name != "manage"])
def test_every_command_explains_itself_and_its_options(newsletter: Command, name: str) -> None:
    told = newsletter(*name.split(), "--help")
    assert told.status == 0
    assert f"Usage: newsletter {name}" in told.out
    assert "<bool>" not in told.out
    assert COMMANDS_BY_NAME[name].help
    assert all(option.help for option in COMMANDS_BY_NAME[name].params)


def test_the_version_is_that_of_the_package(newsletter: Command) -> None:
    assert newsletter("--version").out == f"{__version__}\n"


def test_a_word_that_is_not_known_is_status_2(newsletter: Command) -> None:
    told = newsletter("storys")
    assert (told.status, told.out) == (2, "")
    assert "No such command 'storys'" in told.err


def test_help_and_version_need_no_settings() -> None:
    broken = {"BASE_URL": "nonsense"}
    assert start("readers", "count", "--help", env=broken).returncode == 0
    assert start("--version", env=broken).stdout == f"{__version__}\n"


def test_a_bad_setting_is_one_sentence() -> None:
    told = start("readers", "count", env={"BASE_URL": "nonsense"})
    assert (told.returncode, told.stdout) == (1, "")
    assert (
        told.stderr
        == "BASE_URL is 'nonsense', which is no http or https address. Give an address such as https://news.example.org.\n"
    )


def test_a_database_without_tables_is_one_sentence(tmp_path: Path) -> None:
    told = start(
        "readers",
        "count",
        env=system(tmp_path),
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == "The database lacks tables of this version. Run: newsletter migrate\n"


def test_a_database_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    told = start("readers", "count", env={"DATABASE_URL": f"sqlite:///{tmp_path}/none/here.sqlite3"})
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == "The database cannot be used: unable to open database file.\n"


def test_with_one_publication_its_name_may_be_left_out(newsletter: Command, publication: Publication) -> None:
    assert newsletter("readers", "count").status == 0
    assert newsletter("readers", "count", "-p", "morning").status == 0
    assert (
        "publication: there is none called 'evening'. There is: morning."
        in newsletter("readers", "count", "-p", "evening").err
    )
    publication.pk, publication.slug = None, "evening"
    publication.save()
    told = newsletter("readers", "count")
    assert (told.status, told.err) == (
        1, "publication: there are several. Give --publication with one of: evening, morning.\n",
    )  # fmt: skip


def test_without_a_publication_the_way_to_make_one_is_told(newsletter: Command) -> None:
    assert "Make one with: newsletter publications add" in newsletter("readers", "count").err


@pytest.mark.parametrize("words", [["--help"], ["manage", "help", "--commands"], ["users", "list"]])
def test_a_reader_that_closes_the_pipe_is_no_error(tmp_path: Path, words: list[str]) -> None:
    env = system(tmp_path)
    if words[0] == "users":
        assert start("migrate", env=env).returncode == 0
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", *words],
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


def test_the_choices_of_the_command_line_are_those_of_the_models() -> None:
    assert [role.value for role in Role] == StoredRole.values
    assert [place.value for place in Place] == StoredPlace.values
