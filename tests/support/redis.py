"""A real server that speaks Redis, on a free port of loopback, that tests may freeze, kill and start again."""

import shutil
import signal
import tempfile
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotReached
from redis.exceptions import TimeoutError as TooLate
from redis.retry import Retry

from newsletter.local.services.redis_server import find_server
from tests.support.kept import Kept
from tests.support.ports import free_port
from tests.support.waiting import wait_until


class RedisServer:
    """A server whose port stays the same over `kill9` and `start`. With `keeps`, so do its data."""

    def __init__(self, *, keeps: bool = False) -> None:
        self.keeps, self.port = keeps, free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="newsletter-redis-"))
        self._process: Kept | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """Of the running server."""
        assert self._process is not None
        return self._process.pid

    def client(self) -> "Redis":
        """A client that gives up at once, for looking and for waiting. Close it."""
        once = Retry(NoBackoff(), 0)
        return Redis(port=self.port, socket_timeout=2, socket_connect_timeout=2, retry=once, decode_responses=True)

    def start(self) -> "RedisServer":
        """Start it, for the first time or again, and wait until it answers."""
        command: list[str | Path] = [find_server().program, "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", self.folder, "--save", "", "--appendonly", "yes" if self.keeps else "no"]
        command += ["--maxmemory-policy", "noeviction"]
        self._process = Kept(command, folder=self.folder)
        wait_until(self.answers, timeout=20)
        return self

    def answers(self) -> bool:
        """True when it answers a ping. Fails when it has ended."""
        assert self._process is not None
        assert self._process.is_running, self._process.log.read_text(errors="replace")
        with self.client() as client:
            try:
                return bool(client.ping())
            except (NotReached, TooLate):
                return False

    def version(self) -> str:
        with self.client() as client:
            told = client.info("server")
        return f"{told.get('valkey_version', told['redis_version'])}"

    def kill9(self) -> None:
        """End it as a crash would."""
        assert self._process is not None
        self._process.signal(signal.SIGKILL)
        self._process.wait()

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing answers, as on a machine that hangs."""
        assert self._process is not None
        self._process.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`."""
        assert self._process is not None
        self._process.signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it and remove its data."""
        if self._process:
            self._process.end()
        shutil.rmtree(self.folder, ignore_errors=True)
