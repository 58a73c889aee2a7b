"""A PostgreSQL server that may be killed, frozen, and robbed of its connections.

It waits for the disk, as a real one does. Always one of our own, also where TEST_DATABASE_URL names
another: nobody lends a server for this.
"""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Self

import psycopg

from tests.support import cluster
from tests.support.ports import free_port
from tests.support.postgres import Postgres, address, made, serve
from tests.support.waiting import wait_until

PATIENCE = 60  # seconds for an end, or for crash recovery, on a busy machine


class CrashingPostgres(Postgres):
    """Made by `make` or by the `twin` of one that rests; `awake` starts it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder, self._port = programs, folder, free_port()
        super().__init__(address(self._port))

    @classmethod
    def make(cls) -> Self:
        """A new one with no data; it is awake."""
        folder = made()
        try:
            server = cls(cluster.make(folder), folder)
            server.awake()
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return server

    def twin(self) -> Self:
        """Another server with the data of this one, which must rest; it is awake."""
        folder = made()
        subprocess.run(["cp", "-a", self._folder / "data", folder / "data"], check=True)
        server = type(self)(self._programs, folder)
        server.awake()
        return server

    def awake(self) -> None:
        """Start it if it does not run, on the same port and files, and wait until it answers."""
        if self._runs():
            return
        # what the killed one has left holds its memory for a moment, and no other starts before that is over
        wait_until(self._try_to_start, timeout=PATIENCE, what="PostgreSQL after its crash")

    def rest(self) -> None:
        """End it in good order; its files stay."""
        assert self.process is not None
        self.process.signal(signal.SIGINT)
        self.process.wait(PATIENCE)

    def kill(self) -> bool:
        """As a crash would, all its processes at once; false when it does not run."""
        if not self._runs():
            return False
        assert self.process is not None
        for pid in self._pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        return True

    def freeze(self) -> bool:
        """All of its processes, until `thaw`; false when it does not run."""
        return self._signal(signal.SIGSTOP)

    def thaw(self) -> bool:
        return self._signal(signal.SIGCONT)

    def hang_up(self) -> bool:
        """End all connections to it but our own, as a switch of servers would; false when it does not answer."""
        try:
            with psycopg.connect(self._server, connect_timeout=2, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                )
        except psycopg.Error:
            return False
        return True

    def stop(self) -> None:
        """End it whatever its state, and take its files away."""
        self.thaw()
        if self.process:
            self.process.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def leave(self) -> Path:
        """End it whatever its state; where its files stay, to be looked at."""
        self.thaw()
        if self._runs():
            self.rest()
        return self._folder

    def _runs(self) -> bool:
        return self.process is not None and self.process.is_running

    def _try_to_start(self) -> bool:
        if not self._runs():
            self.process = serve(self._programs, self._folder, self._port, durable=True)
        try:
            return self.answers()
        except AssertionError:  # it has ended again
            return False

    def _signal(self, number: signal.Signals) -> bool:
        if not self._runs():
            return False
        for pid in self._pids():
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return True

    def _pids(self) -> list[int]:
        """The server's processes, itself first: frozen first, it makes no more of them."""
        assert self.process is not None
        pid = self.process.pid
        with suppress(OSError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
            return [pid, *map(int, children)]
        return [pid]
