"""What a run needs around it: a database that waits for its disk, a broker, the sink, processes that end with us."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from benchmarks.sink import Watch
from tests.support.kept import Kept
from tests.support.ports import free_port
from tests.support.postgres import Postgres
from tests.support.redis import RedisServer
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[1]


class Stage:
    """`kind` is postgresql or sqlite. `environment` is that of every process of the product."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.folder = Path(tempfile.mkdtemp(prefix="newsletter-bench-"))
        self._kept: list[Kept] = []
        self.postgres: Postgres | None = None

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self) -> None:
        self.redis = RedisServer().start()
        self.sink_port = free_port()
        progress = self.folder / "progress"
        self.sink = self.run("sink", "-m", "benchmarks.sink", f"--port={self.sink_port}", f"--progress={progress}")
        wait_until(self._sink_answers, timeout=20)
        self.watch = Watch(progress)
        if self.kind == "postgresql":
            self.postgres = Postgres.start(durable=True)
            database = self.postgres.new()
        else:
            database = f"sqlite:///{self.folder / 'bench.sqlite3'}"
        self.database = database
        self.environment = {
            "NEWSLETTER_DATA": str(self.folder / "data"),
            "DATABASE_URL": database,
            "REDIS_URL": self.redis.url,
            "SENDGRID_API_KEY": "SG.bench",
            "SENDGRID_API_BASE": f"http://127.0.0.1:{self.sink_port}",
            "SECRET_KEY": "the bench's own and nobody else's, fifty characters",
            "BASE_URL": "https://news.lantern.example",
            "ALLOWED_HOSTS": "127.0.0.1",
        }

    def __exit__(self, *_: object) -> None:
        for kept in reversed(self._kept):
            kept.end()
        if self.postgres:
            self.postgres.stop()
        if hasattr(self, "redis"):
            self.redis.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def readers(self, *counts: int) -> dict[str, int]:
        """Tables with a publication for each count; how many each reaches, by its slug."""
        made: dict[str, int] = self.do("-m", "benchmarks.data", "readers", *map(str, counts))
        return made

    def edition(self, slug: str) -> dict[str, Any]:
        """An approved edition of that publication: `edition` and `letter` are ids, `html` and `text` are bytes."""
        made: dict[str, Any] = self.do("-m", "benchmarks.data", "edition", slug)
        return made

    def run(self, name: str, *words: str, environment: Mapping[str, str] | None = None) -> Kept:
        """Start a Python program that ends with us; its output goes to `log` of a folder of its own."""
        folder = self.folder / f"{name}-{len(self._kept)}"
        folder.mkdir()
        process = Kept([sys.executable, *words], folder=folder, env=self._environment(environment), folder_stays=True)
        self._kept.append(process)
        return process

    def do(self, *words: str, environment: Mapping[str, str] | None = None) -> Any:
        """Run a Python program to its end; the JSON it prints."""
        done = subprocess.run(
            [sys.executable, *words],
            env=self._environment({**self.environment, **(environment or {})}),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        return json.loads(done.stdout.strip().splitlines()[-1])

    def _environment(self, more: Mapping[str, str] | None) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **(more or {})}

    def backing(self) -> list[int]:
        """The process ids of database and broker."""
        server = self.postgres.process if self.postgres else None
        return [self.redis.pid, *([server.pid] if server else [])]

    # --- the sink --------------------------------------------------------------------------

    def reset(self, *, latency: float = 0) -> None:
        """Forget what came in; answer after `latency` milliseconds from now on."""
        self._ask_sink("POST", f"/reset?latency={latency:g}")

    def summary(self) -> dict[str, Any]:
        """What came in since the last reset."""
        summary: dict[str, Any] = self._ask_sink("GET", "/summary")
        return summary

    def wait_for(self, recipients: int, *, seconds: float = 300) -> float:
        """Until the sink has taken so many; when the last was in, in Unix seconds."""
        wait_until(lambda: self.watch.now().recipients >= recipients, timeout=seconds, what="the sink")
        return self.watch.now().last

    def _ask_sink(self, method: str, target: str) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.sink_port, timeout=120)
        try:
            connection.request(method, target)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def _sink_answers(self) -> bool:
        try:
            self._ask_sink("GET", "/summary")
        except OSError:
            return False
        return True
