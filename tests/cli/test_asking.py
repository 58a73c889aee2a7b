"""Questions at a terminal: the command line in a subprocess with a pseudo-terminal."""

import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands.test_publications import NEW_PUBLICATION
from tests.cli.commands.test_stories_add_pasted import COPIED
from tests.support.pseudo_terminal import open_terminal

AtTerminal = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an installation with one publication."""
    folder = tmp_path_factory.mktemp("system")
    env = os.environ | {"NEWSLETTER_DATA": str(folder), "DATABASE_URL": f"sqlite:///{folder}/system.sqlite3"}
    for arguments in (["migrate"], ["publications", "add", *NEW_PUBLICATION]):
        subprocess.run([sys.executable, "-m", "newsletter", *arguments], env=env, check=True, capture_output=True)
    return env


@pytest.fixture
def at_terminal(system: dict[str, str]) -> AtTerminal:
    """Run a command at a terminal and answer its prompts. `stderr` of the result is everything shown."""

    def run(*arguments: str, answers: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        terminal, child_end = open_terminal()
        process = subprocess.Popen(
            [sys.executable, "-m", "newsletter", *arguments],
            env=system, stdin=child_end, stdout=subprocess.PIPE, stderr=child_end, text=True, start_new_session=True,
        )  # fmt: skip
        shown = ""
        try:
            for prompt, keys in answers.items():
                while prompt not in shown:
                    assert select.select([terminal], [], [], 30)[0], f"never asked {prompt!r}, but showed {shown!r}"
                    shown += os.read(terminal, 100_000).decode(errors="replace")
                os.write(terminal, f"{keys}\n".encode())
            out, _ = process.communicate(timeout=30)
            while select.select([terminal], [], [], 0)[0]:
                shown += os.read(terminal, 100_000).decode(errors="replace")
        finally:
            process.kill()
            process.communicate()
            os.close(terminal)
            os.close(child_end)
        return subprocess.CompletedProcess(arguments, process.returncode, out, shown)

    return run


def test_the_command_asks_before_it_queues_a_story_and_saves_an_appeal(at_terminal: AtTerminal, tmp_path: Path) -> None:
    file = tmp_path / "copied.txt"
    file.write_text(COPIED, encoding="utf-8")
    add = ("stories", "add", "--url", "https://lantern.example.org/wall", "--paste", str(file))

    declined = at_terminal(*add, answers={"Add this story to the queue? [y/N]": "n"})
    assert (declined.returncode, declined.stdout) == (1, "")
    assert "Nothing was queued." in declined.stderr

    accepted = at_terminal(
        *add,
        answers={
            "Add this story to the queue?": "y",
            "Save it?": "yes",
            "Button label [Support this reporting]": "",
            "Button link": "https://lantern.example.org/give",
        },
    )
    assert accepted.returncode == 0, accepted.stderr
    assert "Saved the appeal as number 1." in accepted.stderr
    assert "The harbour wall holds" in accepted.stdout


def test_a_password_is_typed_twice_and_not_shown(at_terminal: AtTerminal) -> None:
    add = ("users", "add", "cora@example.org", "--json")
    differing = at_terminal(
        *add, answers={"Password:": "a long enough sentence", "Repeat password:": "another long sentence"}
    )
    assert (differing.returncode, differing.stdout) == (1, "")
    assert "the passwords do not match" in differing.stderr

    added = at_terminal(
        *add, answers={"Password:": "a long enough sentence", "Repeat password:": "a long enough sentence"}
    )
    assert added.returncode == 0
    assert '"role": "curator"' in added.stdout
    assert "long enough" not in added.stderr + added.stdout
