"""Checks that stop a start, and their messages."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.lib.errors import BadSetting, NewsletterError
from newsletter.local import startup_checks
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_second_instance_is_refused_with_the_address_of_the_first(tmp_path: Path) -> None:
    with startup_checks.only_instance(tmp_path, address="http://127.0.0.1:8123"):
        with (
            pytest.raises(NewsletterError) as stopped,
            startup_checks.only_instance(tmp_path, address="http://127.0.0.1:9999"),
        ):
            pass
        assert f"It is process {os.getpid()}, at http://127.0.0.1:8123." in str(stopped.value)
        assert "NEWSLETTER_DATA" in str(stopped.value)


def test_one_after_the_other_is_no_second_instance(tmp_path: Path) -> None:
    for _ in range(2):
        with startup_checks.only_instance(tmp_path, address="here"):
            pass


def test_a_first_instance_that_has_not_written_its_pid_still_counts(tmp_path: Path) -> None:
    with startup_checks.only_instance(tmp_path, address="here"):
        (tmp_path / "running").write_text("")
        with (
            pytest.raises(NewsletterError, match=r"is already running with .* Stop the other one first, or set"),
            startup_checks.only_instance(tmp_path, address="there"),
        ):
            pass


def test_a_killed_instance_releases_the_folder(tmp_path: Path) -> None:
    holds = (
        "import sys, pathlib; from newsletter.local import startup_checks\n"
        "with startup_checks.only_instance(pathlib.Path(sys.argv[1]), address='x'):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holds, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as first:
        assert first.stdout
        assert first.stdout.readline() == b"held\n"
        first.kill()
        first.wait()
    with startup_checks.only_instance(tmp_path, address="here"):
        pass


def test_a_port_in_use_names_its_setting_and_a_free_one(taken_port: int) -> None:
    with pytest.raises(BadSetting) as stopped:
        startup_checks.require_free_ports({"WEB_PORT": free_port(), "POSTBOX_PORT": taken_port})
    sentence = str(stopped.value)
    assert sentence.startswith(f"POSTBOX_PORT is {taken_port}, and that port is in use by another program.")
    proposed = int(sentence.rpartition("make run POSTBOX_PORT=")[2])
    startup_checks.require_free_ports({"POSTBOX_PORT": proposed})


def test_one_port_for_two_servers_is_refused() -> None:
    with pytest.raises(BadSetting, match="are both 8000"):
        startup_checks.require_free_ports({"WEB_PORT": 8000, "POSTBOX_PORT": 8000})


def test_free_ports_pass() -> None:
    startup_checks.require_free_ports({"WEB_PORT": free_port()})


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting, match=r"^NEWSLETTER_DATA is .*file/data, which cannot be used \(Not a directory\)"):
        startup_checks.require_writable(tmp_path / "file" / "data")


def test_a_file_of_somebody_else_in_the_folder_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "newsletter.sqlite3"
    mine.touch()
    theirs.touch(mode=0o400)
    if os.geteuid() == 0:  # root may write anywhere, so answer as the kernel answers another user
        monkeypatch.setattr(os, "access", lambda path, mode: path != theirs)
    with pytest.raises(BadSetting, match=r"newsletter\.sqlite3 cannot be written to by this user"):
        startup_checks.require_writable(tmp_path)


@pytest.mark.parametrize("name", ["lost+found", ".snapshot"])
def test_folders_of_the_file_system_at_the_root_of_a_volume_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    theirs = tmp_path / name
    theirs.mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: path != theirs)  # as the kernel answers another user than root
    startup_checks.require_writable(tmp_path)


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    startup_checks.require_writable(tmp_path / "new" / "data")
    assert (tmp_path / "new" / "data").is_dir()
