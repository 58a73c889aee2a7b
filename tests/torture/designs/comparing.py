"""Runs a simple design under the faults of our own runs, as far as it has the parts they befall, and counts.

The worker is started again whenever it is killed, and the postbox likewise. Faults of parts that a
design does not have (Redis, web, beat, the supervisor) are done to its worker, so that it is hit as often.
Faults of a database server are left out: both keep SQLite.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.ports import free_port
from tests.support.surroundings import ROOT
from tests.support.system import ask
from tests.support.waiting import wait_until
from tests.torture.faults import BATCH, LASTS, READERS, Fault, Plan

DESIGNS = {"cursor": "cursor that moves when rows are read", "retry": "retry on time-out"}
LIMIT = 60.0  # seconds that it may take once the faults have stopped
LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Compared:
    """What the postbox saw of one run of a design."""

    design: str
    seed: int
    readers: int
    doubles: int
    misses: int
    finished: bool


class Design:
    """A worker of this design and its postbox, with their files in `folder`."""

    def __init__(self, name: str, plan: Plan, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._plan, self._name, self._port, self._folder = plan, name, free_port(), folder
        self._url, self._file = f"http://127.0.0.1:{self._port}", folder / "readers.sqlite3"
        self._log = (folder / "log").open("ab")
        self._orders: list[dict[str, Any]] = []
        self._frozen: list[tuple[float, subprocess.Popen[bytes]]] = []
        self._fill()
        self._postbox = self._start_postbox()
        self._worker: subprocess.Popen[bytes] | None = None

    def run(self) -> Compared:
        """Until the worker is done, or our patience is over."""
        try:
            wait_until(self._answers, what="the postbox")
            self._order_answers()
            finished = self._live()
            self._end(self._worker)
            self._wait_for_postbox()
            return self._count(finished)
        finally:
            for process in (self._worker, self._postbox):
                self._end(process)
            self._log.close()

    def _fill(self) -> None:
        with sqlite3.connect(self._file) as database:
            database.execute("CREATE TABLE readers (id INTEGER PRIMARY KEY, email TEXT, task INTEGER)")
            database.execute("CREATE TABLE tasks (number INTEGER PRIMARY KEY, done INTEGER)")
            database.execute("CREATE TABLE cursor (id INTEGER)")
            database.execute("INSERT INTO cursor VALUES (0)")
            people = [(n, f"reader{n}@readers.example", (n - 1) // BATCH) for n in range(1, READERS + 1)]
            database.executemany("INSERT INTO readers VALUES (?, ?, ?)", people)
            database.executemany("INSERT INTO tasks VALUES (?, 0)", [(n,) for n in range(-(-READERS // BATCH))])
        database.close()

    def _live(self) -> bool:
        """True when the worker said by itself that it is done."""
        waiting = list(self._plan.faults)
        self._worker = self._start_worker()
        wait_until(self._has_begun, what="the first call")
        began = time.monotonic()
        while time.monotonic() < began + LASTS + LIMIT:
            now = time.monotonic()
            self._thaw(now)
            if self._worker.poll() not in (None, 0):
                self._worker = self._start_worker()
            if self._worker.poll() == 0 and not waiting:
                return True
            if self._postbox.poll() is not None:
                self._postbox = self._start_postbox()
            while waiting and now >= began + waiting[0].at:
                self._do(waiting.pop(0))
            if now < began + LASTS:
                self._keep_answers_slow()
            time.sleep(LOOK)
        return False

    def _do(self, fault: Fault) -> None:
        victim = self._postbox if fault.target == "postbox" else self._worker
        if fault.what == "answer":
            self._orders = [fault.order]
            self._order_answers()
        elif victim is None or victim.poll() is not None:
            return
        elif fault.what == "kill":
            victim.kill()
            victim.wait()
        elif fault.what == "freeze":
            victim.send_signal(signal.SIGSTOP)
            self._frozen.append((time.monotonic() + fault.seconds, victim))

    def _thaw(self, now: float) -> None:
        for until, victim in list(self._frozen):
            if now >= until:
                self._frozen.remove((until, victim))
                victim.send_signal(signal.SIGCONT)

    def _order_answers(self) -> None:
        slow = {"do": "late", "seconds": self._plan.pace / 2, "times": None}  # one call at a time, ours has two
        with suppress(OSError, HTTPException):
            ask("DELETE", f"{self._url}/postbox/faults", patience=1)
            for order in [*self._orders, slow]:
                ask("POST", f"{self._url}/postbox/faults", body=json.dumps(order), patience=1)

    def _keep_answers_slow(self) -> None:
        with suppress(OSError, HTTPException):
            if ask("GET", f"{self._url}/postbox/faults", patience=1).body == "[]":
                self._order_answers()

    def _count(self, finished: bool) -> Compared:
        copies: Counter[str] = Counter()
        query = {"limit": "1000"}
        while query.get("after", "from the first"):
            page = json.loads(ask("GET", f"{self._url}/postbox/letters?{urlencode(query)}").body)
            copies.update(letter["address"] for letter in page["letters"])
            query["after"] = page["next"] or ""
        doubles = sum(count > 1 for count in copies.values())
        return Compared(self._name, self._plan.seed, READERS, doubles, READERS - len(copies), finished)

    def _wait_for_postbox(self) -> None:
        self._thaw(float("inf"))
        if self._postbox.poll() is not None:
            self._postbox = self._start_postbox()
        wait_until(self._answers, what="the postbox")

    def _answers(self) -> bool:
        try:
            return ask("GET", f"{self._url}/postbox/pulse", patience=2).status < 500
        except (OSError, HTTPException):
            return False

    def _has_begun(self) -> bool:
        return bool(json.loads(ask("GET", f"{self._url}/postbox/counts").body)["accepted"])

    def _start_worker(self) -> subprocess.Popen[bytes]:
        return self._start(f"tests.torture.designs.{self._name}", str(self._file), self._url)

    def _start_postbox(self) -> subprocess.Popen[bytes]:
        file = self._folder / "postbox.sqlite3"
        return self._start("newsletter.postbox", f"--port={self._port}", f"--file={file}")

    def _start(self, module: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", module, *words]
        known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.Popen(command, stdout=self._log, stderr=self._log, env=known, cwd=self._folder)

    def _end(self, process: subprocess.Popen[bytes] | None) -> None:
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()


def compare(name: str, plan: Plan, folder: Path) -> Compared:
    """One run of this design under the faults of `plan`."""
    return Design(name, plan, folder / f"{name}{plan.seed}").run()
