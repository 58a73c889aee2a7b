"""One run: a whole system on a copy of the prepared data, its faults in their time, and then the wait for its end."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError as NoBroker
from redis import Redis, RedisError

from tests.support.crashing import CrashingPostgres
from tests.support.system import System, ask, is_alive
from tests.support.waiting import wait_until
from tests.torture.faults import BATCH, LASTS, PARTS, Fault, Plan
from tests.torture.judging import Verdict, count_copies, dispatch_state, judge, read_ledger
from tests.torture.judging import ask as ask_database
from tests.torture.staging import Stage

OVERALL = 480.0  # seconds that a whole run may take
LIMIT = 180.0  # seconds that an edition may take to end by itself once the faults have stopped
EVIDENCE = 6.0  # seconds without news after which no more evidence is expected
LOOK = 0.1  # seconds between two looks at what is due to be done
QUEUE = "sending"
READY = "Data and logs:"  # what `newsletter run` says when everything is up
# a Redis that is frozen must not keep us from thawing it
RINGING = {"global_keyprefix": "newsletter:", "socket_timeout": 2, "socket_connect_timeout": 2}
SHORT = 0.5  # seconds; a postbox that is frozen must not keep us from thawing it
CREATED = 201


@dataclass
class Outcome:
    """What came of a run. `end` is finished, attention, or whatever state it was left in; `settled` the one after a
    person's word on what was uncertain or refused."""

    plan: Plan
    verdict: Verdict
    end: str
    settled: str
    seconds: float
    story: list[str] = field(default_factory=list)

    @property
    def breaches(self) -> list[str]:
        found = list(dict.fromkeys(self.verdict.breaches))
        if self.end not in ("finished", "attention"):
            found.append(f"the edition did not end by itself: it is {self.end}")
        elif (self.end == "attention") != bool(self.verdict.uncertain + self.verdict.refused):
            found.append(f"the edition is {self.end} although {self.verdict.uncertain} are uncertain")
        if self.settled != "finished":
            found.append(f"after a person's word it is {self.settled}")
        return found


class OverTime(Exception):
    """A run did not come to rest, and was ended."""


def run(plan: Plan, stage: Stage, *, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Run this plan from the first process to the last; `say` gets a line for each thing that is done.

    After `OVERALL` seconds its processes are ended, whatever it waits for, and `OverTime` is raised. Of a run
    that did not go well the data and logs stay, to be looked at.
    """
    name = name_of(plan)
    system, database_url, server = stage.set_up(plan, name)
    torture = Torture(plan, system, database_url, server, say)
    watch = threading.Timer(OVERALL, torture.give_up)
    watch.daemon = True
    watch.start()
    went_well = False
    try:
        outcome = torture.run(stage.edition[plan.database])
        went_well = not outcome.breaches
    except Exception as error:
        if torture.has_given_up:
            raise OverTime(f"it did not come to rest within {OVERALL:g} s") from error
        raise
    finally:
        watch.cancel()
        torture.thaw()
        system.close()
        if server and went_well:
            server.stop()
        elif server:
            say(f"seed {plan.seed}: the files of its PostgreSQL are in {server.leave()}")
        if went_well:
            stage.clear(name)
    return outcome


class Torture:
    """A system, and what is done to it. `server` is its PostgreSQL, if it has one."""

    def __init__(
        self, plan: Plan, system: System, database_url: str, server: CrashingPostgres | None, say: Callable[[str], None]
    ) -> None:
        self.plan, self.system, self.database_url, self.server = plan, system, database_url, server
        self._say, self._began = say, 0.0
        self._frozen: list[tuple[float, int]] = []  # until when, process group
        self._database_back_at: float | None = None  # set while the database is down or frozen
        self._orders: list[dict[str, Any]] = []  # the bad answers ordered last
        self.has_given_up = False
        self.story: list[str] = []

    def run(self, edition: int) -> Outcome:
        began = time.monotonic()
        system = self.system
        self._start()
        system.post_events(**self.plan.events)
        self._order_answers()
        system.tell("editions", "send", edition, "--yes")
        wait_until(lambda: system.counts()["accepted"] >= BATCH, timeout=90, what="the first batch")
        self._hurt()
        end = self._await_end()
        verdict = self._judge()
        self.tell(f"{end} with {verdict.uncertain} uncertain and {verdict.refused} refused")
        settled = self._settle(edition, verdict) if end == "attention" else end
        progress = system.tell("dispatches", "show", edition)["progress"]
        if not progress["adds_up"]:
            verdict.breaches.append("the ledger does not add up")
        system.stop()
        return Outcome(self.plan, verdict, end, settled, round(time.monotonic() - began, 1), self.story)

    def give_up(self) -> None:
        """From another thread: end what the run may be waiting for, so that no wait of it is without end."""
        self.has_given_up = True
        self.tell(f"given up after {OVERALL:g} s")
        self.thaw()
        with suppress(AssertionError, ProcessLookupError):  # one that does not run at this moment
            self.system.end_suddenly()
        for group in self.system.pids():
            _signal(group, signal.SIGKILL)
        if self.server:
            self.server.kill()

    def tell(self, what: str) -> None:
        at = f"{time.monotonic() - self._began:5.1f} s" if self._began else "start"
        self.story.append(f"{at}  {what}")
        self._say(f"seed {self.plan.seed}: {self.story[-1]}")

    # --- what is done ----------------------------------------------------------------------

    def _hurt(self) -> None:
        """Each fault in its time; while a system is started again no time passes, or many would come at once."""
        self._began = time.monotonic()
        waiting, lost = list(self.plan.faults), 0.0
        while waiting or self._frozen or self._database_back_at or time.monotonic() < self._began + lost + LASTS:
            self._check_time()
            now = time.monotonic()
            if self._database_back_at and now >= self._database_back_at:
                self._bring_database_back()
                lost += time.monotonic() - now
            for until, group in list(self._frozen):
                if now >= until:
                    self._frozen.remove((until, group))
                    _signal(group, signal.SIGCONT)
                    self.tell("thawed")
            if waiting and now >= self._began + lost + waiting[0].at:
                self._do(waiting.pop(0))
                lost += time.monotonic() - now
            self._keep_answers_slow()
            time.sleep(LOOK)
        self.tell("no more faults")
        self._orders = []
        with suppress(OSError, HTTPException):
            ask("DELETE", f"{self.system.postbox}/postbox/faults", patience=SHORT)

    def _do(self, fault: Fault) -> None:
        done = {"kill": self._kill, "freeze": self._freeze, "answer": self._answer, "empty": self._empty_redis,
                "repeat": self._ring_again, "crash": self._crash_database, "halt": self._halt_database,
                "hang up": self._hang_up}[fault.what](fault)  # fmt: skip
        self.tell(f"{fault}{'' if done else ': not possible at this moment'}")

    def _kill(self, fault: Fault) -> bool:
        if fault.target in ("supervisor", "everything"):
            return self._kill_supervisor(with_parts=fault.target == "everything")
        found = self._pids(fault.target)
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return bool(found)

    def _kill_supervisor(self, *, with_parts: bool) -> bool:
        """As a crash would; then a person, or the machine's own supervisor, starts it again."""
        pid = self.system.end_suddenly()
        for group in self.system.pids() if with_parts else []:
            _signal(group, signal.SIGKILL)
        self.thaw()
        wait_until(lambda: not is_alive(pid), timeout=10, what="the end of the supervisor")
        self.system.close()
        self._bring_database_back()  # whoever starts a system sees to it that it has a database
        self._start()
        return True

    def _start(self) -> None:
        """Until all its parts are ready: one that dies before that is taken for one that cannot start."""
        before = self.system.story().count(READY)
        self.system.start()
        wait_until(lambda: self.system.story().count(READY) > before, timeout=90, what="all parts of the system")

    def _freeze(self, fault: Fault) -> bool:
        found = self._pids(fault.target)
        for group in found:
            _signal(group, signal.SIGSTOP)
            self._frozen.append((time.monotonic() + fault.seconds, group))
        return bool(found)

    def thaw(self) -> None:
        """Let go on whatever is frozen."""
        if self.server:
            self.server.thaw()
        while self._frozen:
            _signal(self._frozen.pop()[1], signal.SIGCONT)

    def _pids(self, target: str) -> list[int]:
        if target == "worker's child":
            return [child for parent in self.system.pids(PARTS["worker"]) for child in _children(parent)]
        return self.system.pids(PARTS[target])

    # --- the database ----------------------------------------------------------------------

    def _crash_database(self, fault: Fault) -> bool:
        return self._away(fault, CrashingPostgres.kill)

    def _halt_database(self, fault: Fault) -> bool:
        return self._away(fault, CrashingPostgres.freeze)

    def _hang_up(self, _: Fault) -> bool:
        return self.server is not None and not self._database_back_at and self.server.hang_up()

    def _away(self, fault: Fault, how: Callable[[CrashingPostgres], bool]) -> bool:
        if self.server is None or self._database_back_at or not how(self.server):
            return False
        self._database_back_at = time.monotonic() + fault.seconds
        return True

    def _bring_database_back(self) -> None:
        if self.server and self._database_back_at:
            self.server.thaw()
            self.server.awake()
            self._database_back_at = None
            self.tell("the database is back")

    # --- answers ---------------------------------------------------------------------------

    def _answer(self, fault: Fault) -> bool:
        self._orders = [fault.order]
        return self._order_answers()

    def _order_answers(self) -> bool:
        """Orders are taken the oldest first, so the one for every call comes last."""
        faults = f"{self.system.postbox}/postbox/faults"
        slow = {"do": "late", "seconds": self.plan.pace, "times": None}
        try:
            ask("DELETE", faults, patience=SHORT)
            for order in [*self._orders, slow]:
                answer = ask("POST", faults, body=json.dumps(order), patience=SHORT)
                assert answer.status == CREATED, answer.body
        except (OSError, HTTPException):
            return False
        return True

    def _keep_answers_slow(self) -> None:
        """A postbox that was killed has forgotten its orders."""
        with suppress(OSError, HTTPException):
            if ask("GET", f"{self.system.postbox}/postbox/faults", patience=SHORT).body == "[]":
                self._order_answers()

    # --- bells -----------------------------------------------------------------------------

    def _empty_redis(self, _: Fault) -> bool:
        try:
            with Redis.from_url(self._redis_url(), socket_timeout=2) as redis:
                redis.flushall()
        except (RedisError, OSError):
            return False
        return True

    def _ring_again(self, _: Fault) -> bool:
        """For every batch twice, whatever its state: a bell must never be more than a bell."""
        if self._database_back_at:
            return False
        ids = [row[0] for row in ask_database(self.database_url, "SELECT id FROM delivery_batch")]
        app = Celery(broker=self._redis_url(), set_as_current=False)
        app.conf.update(broker_transport_options=RINGING, task_ignore_result=True)
        try:
            with app.connection_for_write() as line:
                for first in [*range(0, len(ids), 10)] * 2:
                    portion = ids[first : first + 10]
                    app.send_task("workers.tasks.dispatch.send", (portion,), queue=QUEUE, connection=line, retry=False)
        except (OSError, RedisError, NoBroker):
            return False
        finally:
            app.close()
        return True

    def _redis_url(self) -> str:
        lines = (self.system.data / "broker" / "broker.conf").read_text(encoding="utf-8").splitlines()
        said = dict(line.split(" ", 1) for line in lines if " " in line)
        return f"redis://:{said['requirepass']}@127.0.0.1:{said['port']}/0"

    # --- the end ---------------------------------------------------------------------------

    def _await_end(self) -> str:
        """The state in which the dispatch comes to rest by itself, or the one at the end of our patience."""
        patience, calm_since, before = time.monotonic() + LIMIT, time.monotonic(), -1
        while time.monotonic() < patience:
            self._check_time()
            state, undone = dispatch_state(self.database_url)
            if state == "finished":
                return state
            if state == "attention" and not undone:
                if not self.plan.has_evidence:
                    return state
                doubtful = ask_database(
                    self.database_url, "SELECT COUNT(*) FROM delivery_batch WHERE state = 'uncertain'"
                )[0][0]
                if doubtful != before:
                    before, calm_since = doubtful, time.monotonic()
                elif time.monotonic() > calm_since + EVIDENCE:
                    return state
            else:
                before = -1
            time.sleep(0.3)
        return dispatch_state(self.database_url)[0]

    def _check_time(self) -> None:
        if self.has_given_up:
            raise OverTime

    def _judge(self) -> Verdict:
        copies = count_copies(self.system.letters())
        ledger = read_ledger(self.database_url)
        assert ledger is not None
        return judge(ledger, copies)

    def _settle(self, edition: int, verdict: Verdict) -> str:
        """A person's word: uncertain ones count as accepted; who was refused for an address of their own is left out,
        and what else was refused is offered again. Nobody gets two by it."""
        if verdict.uncertain:
            self.system.tell("dispatches", "settle", edition, "count-as-accepted", "--by", "otto@example.org", "--yes")
        if verdict.refused:
            self.system.say("dispatches", "leave-out", edition, "--by", "otto@example.org", "--yes")
            if dispatch_state(self.database_url)[0] != "finished":
                self.system.tell("dispatches", "resume", edition)
        with suppress(AssertionError):
            wait_until(lambda: dispatch_state(self.database_url)[0] == "finished", timeout=60)
        twice = sum(count > 1 for count in count_copies(self.system.letters()).values())
        if twice:
            verdict.breaches.append(f"{twice} readers got two after the person's word")
        return dispatch_state(self.database_url)[0]


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def told(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON."""
    verdict = outcome.verdict
    return {
        "seed": outcome.plan.seed,
        "name": name_of(outcome.plan),
        "database": outcome.plan.database,
        "evidence": outcome.plan.has_evidence,
        "faults": [str(fault) for fault in outcome.plan.faults],
        "readers": verdict.readers,
        "accepted": verdict.accepted,
        "doubles": verdict.doubles,
        "misses": verdict.misses,
        "uncertain": verdict.uncertain,
        "refused": verdict.refused,
        "end": outcome.end,
        "settled": outcome.settled,
        "seconds": outcome.seconds,
        "breaches": outcome.breaches,
        "story": outcome.story,
    }


def given_up(plan: Plan, error: Exception) -> dict[str, Any]:
    """A run that could not be brought to its end, as JSON."""
    outcome = Outcome(plan, Verdict(), "given up", "given up", 0)
    return {**told(outcome), "breaches": [f"the run could not be brought to its end: {error}"]}


def name_of(plan: Plan) -> str:
    """Of its folder and its database."""
    return f"seed{plan.seed}"


def dump(outcomes: list[dict[str, Any]], file: Path) -> None:
    """Write the runs down."""
    file.write_text(json.dumps(outcomes, indent=1), encoding="utf-8")
