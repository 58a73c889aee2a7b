"""What a person at a terminal is asked: the command line as a process, with a terminal of its own."""

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
    """The environment of a data folder with one publication."""
    folder = tmp_path_factory.mktemp("system")
    env = os.environ | {"NEWSLETTER_DATA": str(folder), "DATABASE_URL": f"sqlite:///{folder}/system.sqlite3"}
    for words in (["migrate"], ["publications", "add", *NEW_PUBLICATION]):
        subprocess.run([sys.executable, "-m", "newsletter", *words], env=env, check=True, capture_output=True)
    return env


@pytest.fixture
def at_terminal(system: dict[str, str]) -> AtTerminal:
    """Runs a command at a terminal and answers each prompt it shows; stderr is all that was shown."""

    def run(*words: str, answers: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        ours, its = open_terminal()
        process = subprocess.Popen(
            [sys.executable, "-m", "newsletter", *words],
            env=system, stdin=its, stdout=subprocess.PIPE, stderr=its, text=True, start_new_session=True,
        )  # fmt: skip
        shown = ""
        try:
            for prompt, keys in answers.items():
                while prompt not in shown:
                    assert select.select([ours], [], [], 30)[0], f"never asked {prompt!r}, but showed {shown!r}"
                    shown += os.read(ours, 100_000).decode(errors="replace")
                os.write(ours, f"{keys}\n".encode())
            out, _ = process.communicate(timeout=30)
            while select.select([ours], [], [], 0)[0]:
                shown += os.read(ours, 100_000).decode(errors="replace")
        finally:
            process.kill()
            process.communicate()
            os.close(ours)
            os.close(its)
        return subprocess.CompletedProcess(words, process.returncode, out, shown)

    return run


def test_a_person_is_asked_before_a_story_is_queued_and_an_appeal_stored(
    at_terminal: AtTerminal, tmp_path: Path
) -> None:
    file = tmp_path / "copied.txt"
    file.write_text(COPIED, encoding="utf-8")
    add = ("stories", "add", "--url", "https://lantern.example.org/wall", "--paste", str(file))

    refused = at_terminal(*add, answers={"Put this story in the queue? [y/N]": "n"})
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Nothing was queued." in refused.stderr

    taken = at_terminal(
        *add,
        answers={
            "Put this story in the queue?": "y",
            "Store it?": "yes",
            "Words on its button [Support this reporting]": "",
            "Where the button leads": "https://lantern.example.org/give",
        },
    )
    assert taken.returncode == 0, taken.stderr
    assert "Stored the appeal as number 1." in taken.stderr
    assert "The harbour wall holds" in taken.stdout


def test_a_password_is_typed_twice_and_not_shown(at_terminal: AtTerminal) -> None:
    add = ("users", "add", "cora@example.org", "--json")
    differing = at_terminal(
        *add, answers={"Password:": "a long enough sentence", "The same again:": "another long sentence"}
    )
    assert (differing.returncode, differing.stdout) == (1, "")
    assert "the two were not the same" in differing.stderr

    added = at_terminal(
        *add, answers={"Password:": "a long enough sentence", "The same again:": "a long enough sentence"}
    )
    assert added.returncode == 0
    assert '"role": "curator"' in added.stdout
    assert "long enough" not in added.stderr + added.stdout
