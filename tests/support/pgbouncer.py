"""PgBouncer, Debian's package, before a PostgreSQL server of the tests: transaction mode, two connections in turn."""

import os
import pwd
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.support import cluster
from tests.support.kept import Kept
from tests.support.ports import free_port
from tests.support.waiting import wait_until

# `auth_type = any` logs in as the user named with the database, whoever asks.
CONFIGURATION = """
[databases]
* = {where}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
min_pool_size = 2
server_round_robin = 1
"""


def find_pgbouncer() -> str | None:
    """The program; it lies outside the PATH of ordinary users."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


class PgBouncer:
    """Running until `stop`; `url` addresses the database at `behind` through it."""

    def __init__(self, program: str, behind: str) -> None:
        parts, port, user = urlsplit(behind), free_port(), cluster.runner()
        # not below TMPDIR when root: its user must be able to enter every folder above
        folder = Path(tempfile.mkdtemp(prefix="newsletter-pgbouncer-", dir="/tmp" if user else None))  # noqa: S108
        file = folder / "pgbouncer.ini"
        password = f" password={parts.password}" if parts.password else ""
        where = f"host={parts.hostname} port={parts.port or 5432} user={parts.username}{password}"
        file.write_text(CONFIGURATION.format(where=where, port=port))
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        self.url = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}"))
        self._process = Kept([program, file], folder=folder, user=user)
        try:
            wait_until(self._answers, timeout=20)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._process.end()

    def _answers(self) -> bool:
        assert self._process.is_running, self._process.log.read_text(errors="replace")
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True
