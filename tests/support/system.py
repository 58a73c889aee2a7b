"""The whole system in processes of its own, on ports and data of its own, spoken to through its doors only:
the command line, the web server, and the postbox's questions and orders.
"""

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from tests.support.commands import Commands, Said
from tests.support.kept import Kept
from tests.support.ports import free_port
from tests.support.surroundings import ROOT
from tests.support.waiting import wait_until

NEWSLETTER = (sys.executable, "-m", "newsletter")
SQLITE_FILE = "newsletter.sqlite3"  # in the data folder, unless DATABASE_URL says otherwise
START = 90  # seconds for all processes to be up, on a busy machine with two cores


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: str


class System:
    """Not running until `start`. Commands work before, between and after. `settings` are environment variables."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.data = folder, folder / "data"
        (folder / "home").mkdir()
        self.web, self.postbox = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "NEWSLETTER_DATA": str(self.data),
            "WEB_PORT": str(urlsplit(self.web).port),
            "POSTBOX_PORT": str(urlsplit(self.postbox).port),
            **settings,
        }
        self._run: Kept | None = None
        self._commands = Commands(self.environment, folder)

    # --- the command line ------------------------------------------------------------------

    def say(self, *words: object, stdin: str = "") -> Said:
        """Run `newsletter WORDS …`, whatever comes of it."""
        return self._commands.run([*map(str, words)], stdin=stdin)

    def tell(self, *words: object, stdin: str = "") -> Any:
        """Run `newsletter WORDS … --json`, which must succeed; what it printed."""
        said = self.say(*words, "--json", stdin=stdin)
        assert said.status == 0, f"newsletter {' '.join(map(str, words))} left with {said.status}:\n{said.err}"
        return json.loads(said.out)

    # --- the processes ---------------------------------------------------------------------

    def start(self, *words: str) -> None:
        """Start all of it with `newsletter run WORDS …` and wait until web and postbox answer."""
        self._run = Kept(
            [*NEWSLETTER, "run", *words],
            folder=self.folder,
            ends_by=signal.SIGINT,
            env=self.environment,
            folder_stays=True,
        )
        wait_until(lambda: self._is_up(self.web) and self._is_up(self.postbox), timeout=START, what="the system")

    def stop(self) -> int:
        """Ctrl-C; the exit status. None of its processes may be left."""
        assert self._run is not None
        pids = self.pids()
        self._run.signal(signal.SIGINT)
        status = self._run.wait(60)
        left = [pid for pid in pids if is_alive(pid)]
        assert not left, f"{len(left)} processes outlived the system.\n{self.story()}"
        self._run = None
        return status

    def wait(self, seconds: float = 120) -> int:
        """Until it has left by itself, as with --once; the exit status."""
        assert self._run is not None
        status = self._run.wait(seconds)
        self._run = None
        return status

    def close(self) -> None:
        """End it whatever its state. For the end of a test."""
        self._commands.close()
        if self._run:
            self._run.end()
            self._run = None

    def story(self) -> str:
        """What the terminal has shown since the first start."""
        log = self.folder / "log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    def pids(self, words: str = "") -> list[int]:
        """The running processes whose command holds `words`, as the supervisor wrote them down."""
        try:
            noted = json.loads((self.data / "processes.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [entry["pid"] for entry in noted if words in entry["command"]]

    def kill9(self, words: str) -> int:
        """Kill the one process whose command holds `words`, as a crash would; its number."""
        [pid] = self.pids(words)
        os.kill(pid, signal.SIGKILL)
        return pid

    def end_suddenly(self) -> int:
        """Kill `newsletter run` itself, as a crash would; its number. What it kept running has to end by itself."""
        assert self._run is not None
        os.kill(self._run.pid, signal.SIGKILL)
        return self._run.pid

    # --- web and postbox -------------------------------------------------------------------

    def get(self, url: str, **headers: str) -> Answer:
        return ask("GET", url, headers=headers)

    def post(self, url: str, form: Mapping[str, str] | None = None, **headers: str) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return ask("POST", url, body=urlencode(form or {}), headers=kind | headers)

    def letters(self, **query: object) -> list[dict[str, Any]]:
        """What the postbox holds, in the order of arrival: `letters(address="…", full=1)`."""
        found: list[dict[str, Any]] = []
        after: dict[str, object] = {}
        while True:
            asked = urlencode({"limit": 1000, **query, **after})
            page = json.loads(self.get(f"{self.postbox}/postbox/letters?{asked}").body)
            found += page["letters"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    def counts(self, **query: object) -> Any:
        """What the postbox counted, by a custom argument: `counts(by="subscriber")`."""
        return json.loads(self.get(f"{self.postbox}/postbox/counts?{urlencode(query)}").body)

    def order(self, **fault: object) -> Any:
        """Tell the postbox to treat coming calls badly: `order(do="drop", accept=True)`."""
        answer = ask("POST", f"{self.postbox}/postbox/faults", body=json.dumps(fault))
        assert answer.status == 201, answer.body
        return json.loads(answer.body)

    def take_orders_back(self) -> None:
        """Calls are treated well again. The oldest order is followed first, so a standing one hides later ones."""
        answer = ask("DELETE", f"{self.postbox}/postbox/faults")
        assert answer.status == 204, answer.body

    def post_events(self, **manner: object) -> None:
        """How the postbox tells its events from now on: `post_events(hold=True)`, `post_events(shuffle=True)`."""
        answer = ask("POST", f"{self.postbox}/postbox/events", body=json.dumps(manner))
        assert answer.status == 201, answer.body

    def _is_up(self, url: str) -> bool:
        assert self._run is not None
        assert self._run.is_running, f"newsletter run has left.\n{self.story()}"
        try:
            return ask("GET", f"{url}/").status < 500
        except (OSError, HTTPException):
            return False


def ask(
    method: str, url: str, *, body: str = "", headers: Mapping[str, str] | None = None, patience: float = 30
) -> Answer:
    """One request to this machine, with so many seconds for each read; redirects are not followed."""
    there = urlsplit(url)
    connection = HTTPConnection(there.hostname or "", there.port, timeout=patience)
    try:
        target = there.path + (f"?{there.query}" if there.query else "")
        connection.request(method, target or "/", body=body.encode(), headers=dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.headers), answer.read().decode("utf-8", "replace"))
    finally:
        connection.close()


def is_alive(pid: int) -> bool:
    """True while a process has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database, once on SQLite and once on PostgreSQL: the test runs twice."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'system.sqlite3'}"
    return str(request.getfixturevalue("postgres").new())


@pytest.fixture(scope="session")
def empty_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a SQLite database as `newsletter migrate` leaves it. To be copied: migrating takes a second."""
    folder = tmp_path_factory.mktemp("empty-tables")
    system = System(folder)
    migrate(system)
    system.close()
    file = system.data / SQLITE_FILE
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # all of it in the one file
    return file


def migrate(system: System) -> None:
    said = system.say("migrate")
    assert said.status == 0, said.err


@pytest.fixture
def make_system(tmp_path: Path, empty_tables: Path) -> Iterator[Callable[..., System]]:
    """Makes systems with the settings given: `make_system(DATABASE_URL=…)`. Each has its tables; none runs yet."""
    made: list[System] = []

    def make(**settings: str) -> System:
        folder = tmp_path / f"system-{len(made) + 1}"
        folder.mkdir()
        system = System(folder, **settings)
        made.append(system)
        url = settings.get("DATABASE_URL", f"sqlite:///{system.data / SQLITE_FILE}")
        if url.startswith("sqlite:///"):
            system.data.mkdir()
            shutil.copy(empty_tables, url.removeprefix("sqlite:///"))
        else:
            migrate(system)
        return system

    yield make
    for system in made:
        system.close()


@pytest.fixture
def system(make_system: Callable[..., System]) -> System:
    """A system on SQLite, with its tables and nothing in them; it does not run yet."""
    return make_system()
