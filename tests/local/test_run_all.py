"""`newsletter run` when it cannot start: one sentence and an exit status that is not 0."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from newsletter.local import startup_checks
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


def run(data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`newsletter run --once` on this data folder until it exits."""
    ours = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    ports = {"WEB_PORT": str(free_port()), "POSTBOX_PORT": str(free_port())}
    return subprocess.run(
        [sys.executable, "-m", "newsletter", "run", "--once"],
        cwd=ROOT,
        env={**ours, "NEWSLETTER_DATA": str(data), **ports, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def complaint(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line of the error message."""
    assert ended.returncode == 1, ended.stdout + ended.stderr
    (line,) = ended.stderr.splitlines()
    return line


def test_a_port_in_use_is_one_sentence_that_names_the_setting(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        message = complaint(run(tmp_path, WEB_PORT=str(port)))
    assert message.startswith(
        f"WEB_PORT is {port}, and that port is in use by another program. Use another port: make run WEB_PORT="
    )


def test_a_second_instance_is_one_sentence_that_names_the_first(tmp_path: Path) -> None:
    with startup_checks.only_instance(tmp_path, address="http://127.0.0.1:8123"):
        message = complaint(run(tmp_path))
    assert f"It is process {os.getpid()}, at http://127.0.0.1:8123." in message


def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert complaint(run(tmp_path / "file" / "data")).startswith("NEWSLETTER_DATA is ")


def test_a_redis_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    message = complaint(run(tmp_path, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0"))
    assert message.startswith("REDIS_URL points to a server that cannot be used")


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    message = complaint(run(tmp_path, DATABASE_URL=f"postgres://nobody:secret@127.0.0.1:{free_port()}/nothing"))
    assert message.startswith("The database cannot be used: ")
    assert "secret" not in message


def test_with_a_key_it_warns_of_real_sending_and_creates_no_fictional_subscribers(tmp_path: Path) -> None:
    ended = run(tmp_path, SENDGRID_API_KEY="SG.made-up")
    assert ended.returncode == 1
    assert ended.stdout.startswith("REAL SENDING IS ON: SENDGRID_API_KEY is set")
    assert "sample" not in ended.stdout
    assert "No edition is due soon, and none has been sent yet." in ended.stdout
    for name in ("newsletter.sqlite3", "secret-key"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0, "the files of a system are for its owner only"
