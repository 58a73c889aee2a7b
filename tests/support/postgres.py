"""A PostgreSQL server of the tests' own, on loopback, that vanishes with them.

`TEST_DATABASE_URL` names a server to use instead. As a script it lends one to a command:

    python -m tests.support.postgres COMMAND …     runs COMMAND with TEST_DATABASE_URL set
"""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.support import cluster
from tests.support.kept import Kept
from tests.support.ports import free_port
from tests.support.waiting import wait_until

# Nothing of a test server is worth keeping, so it need not wait for the disk.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres:
    """A running server. `url(name)` addresses a database, `new()` makes a fresh one."""

    def __init__(self, server: str, process: Kept | None = None) -> None:
        self._server, self.process = server, process
        self._numbers = itertools.count(1)
        self._made: list[str] = []

    @classmethod
    def start(cls, *, durable: bool = False) -> Self:
        """Make and start a server, or take the one that TEST_DATABASE_URL names.

        `durable` is for tests that crash it: then it waits for the disk as a real one does.
        """
        if given := os.environ.get("TEST_DATABASE_URL"):
            return cls(given)
        folder = made()
        try:
            programs, port = cluster.make(folder), free_port()
            process = serve(programs, folder, port, durable=durable)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        server = cls(address(port), process)
        wait_until(server.answers, timeout=60)
        return server

    def answers(self) -> bool:
        """True when it takes connections. Fails when it has ended."""
        assert self.process is None or self.process.is_running, self.process.log.read_text(errors="replace")
        try:
            psycopg.connect(self._server, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def version(self) -> str:
        with psycopg.connect(self._server) as connection:
            return str(connection.info.parameter_status("server_version")).split()[0]

    def url(self, name: str = "postgres") -> str:
        """The address of database `name`, in the form DATABASE_URL takes."""
        return urlunsplit(urlsplit(self._server)._replace(path=f"/{name}"))

    def new(self) -> str:
        """The address of a fresh, empty database."""
        name = f"newsletter_{os.getpid()}_{next(self._numbers)}"
        self._say(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self._made.append(name)
        return self.url(name)

    def stop(self) -> None:
        """End the server; from one that was there before us, take away what we made."""
        if self.process:
            self.process.end()
            return
        while self._made:
            self._say(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self._made.pop())))

    def _say(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement)


def made() -> Path:
    """A folder that the server's user may write to."""
    user = cluster.runner()
    # Not below TMPDIR when root: the server's user must be able to enter every folder above.
    folder = Path(tempfile.mkdtemp(prefix="newsletter-postgres-", dir="/tmp" if user else None))  # noqa: S108  # mkdtemp makes it ours alone
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    return folder


def serve(programs: Path, folder: Path, port: int, *, durable: bool) -> Kept:
    """Start a server on the files in `folder`/data; it does not answer yet."""
    settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
    command: list[str | Path] = [programs / "postgres", "-D", folder / "data"]
    for setting in [*settings, *(() if durable else CARELESS)]:
        command += ["-c", setting]
    return Kept(command, folder=folder, user=cluster.runner(), ends_by=signal.SIGINT)  # its "fast" way to end


def address(port: int) -> str:
    return f"postgres://postgres@127.0.0.1:{port}/postgres"


def lend(command: list[str]) -> int:
    """Run `command` beside a server; its exit status."""
    try:
        server = Postgres.start()
    except cluster.NoPostgres as error:
        sys.stderr.write(f"{error}\n")
        return 1
    try:
        return subprocess.run(command, check=False, env={**os.environ, "TEST_DATABASE_URL": server.url()}).returncode
    except KeyboardInterrupt:
        return 130
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(lend(sys.argv[1:]))
