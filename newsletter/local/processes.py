"""A small supervisor: starts processes tier by tier, starts again what stops unasked, and ends every one.

Each process leads a session of its own (a Ctrl-C in the terminal reaches the supervisor alone, which then
stops them in order) and is told to stop should the supervisor be killed (`tether.py`, `leftovers.py`).
What the processes are is said in `parts.py`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.lib.errors import NewsletterError
from newsletter.local import leftovers, logs

TETHER = str(Path(__file__).with_name("tether.py"))
HEALTHY = 30.0  # seconds; what ran this long and stops is not taken for a thing that cannot start
LONGEST_PAUSE = 30.0  # seconds between two tries
LONG_WAIT = 4.0  # seconds after which somebody who waits for the end is told why
HURRIED = 1.0  # seconds of grace for somebody who asked twice
BLINK = 0.05  # seconds between two looks at something that is about to happen
LOG_LOOK = 5.0  # seconds between two looks at the size of the logs


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the house."""

    name: str  # in sentences, and of its log file
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)  # on top of everybody's
    ready: Callable[[], bool] = lambda: True
    patience: float = 60  # seconds it may take to become ready
    grace: float = 8  # seconds it may take to finish what it has in hand when it is told to stop


class _Kept:
    """A part, its present process, and what became of the earlier ones."""

    def __init__(self, part: Part, process: subprocess.Popen[bytes]) -> None:
        self.part, self.process = part, process
        self.began = time.monotonic()
        self.failures = 0
        self.again_at: float | None = None  # set while there is no process


class Supervisor:
    """Keeps `Part`s alive. `folder` is for logs and notes; `say` gets one sentence about each thing that happens.

    `stop_asked` counts how often a person asked for the end: once begins an orderly stop, twice hurries it.
    `pause` (seconds) is before the first new try; it doubles with each failure up to `LONGEST_PAUSE`.
    All calls come from one thread, the one that lives longest: the kernel ties a child to the thread that made it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        environment: Mapping[str, str],
        say: Callable[[str], None],
        stop_asked: Callable[[], int] = lambda: 0,
        pause: float = 0.5,
    ) -> None:
        self._folder, self._environment = folder, dict(environment)
        self._say, self._stop_asked, self._pause = say, stop_asked, pause
        self._tiers: list[list[_Kept]] = []
        self._logs_seen = time.monotonic()
        self._notes = folder / "processes.json"

    def log(self, name: str) -> Path:
        return self._folder / "logs" / f"{name}.log"

    def leaders(self) -> list[int]:
        """The numbers of the live processes; each is its group's number too."""
        return [kept.process.pid for kept in self._all() if kept.process.poll() is None]

    def start(self, *parts: Part) -> None:
        """Start one tier and wait until all of it is ready, or until a person asks for the end.

        A tier stands on those before it: it is stopped before them. Raises when a part cannot be started.
        """
        tier: list[_Kept] = []
        self._tiers.append(tier)
        for part in parts:
            tier.append(_Kept(part, self._spawn(part)))
        self._note()
        waiting = list(tier)
        while waiting and not self._stop_asked():
            for kept in list(waiting):
                if (status := kept.process.poll()) is not None:
                    raise self._could_not_start(kept.part, how_it_ended(status))
                if kept.part.ready():
                    waiting.remove(kept)
                elif time.monotonic() > kept.began + kept.part.patience:
                    raise self._could_not_start(kept.part, f"not ready after {kept.part.patience:g} s")
            time.sleep(BLINK)

    def keep(self) -> None:
        """To be called several times a second: starts again what has stopped, keeps the logs within bounds."""
        now = time.monotonic()
        for kept in self._all():
            if kept.again_at is None and (status := kept.process.poll()) is not None:
                self._plan_again(kept, status, now)
            elif kept.again_at is not None and now >= kept.again_at:
                kept.process, kept.began, kept.again_at = self._spawn(kept.part), now, None
                self._note()
        if now > self._logs_seen + LOG_LOOK:
            self._logs_seen = now
            for kept in self._all():
                logs.bound(self.log(kept.part.name))

    def stop(self) -> None:
        """End every process, the last tier first: SIGTERM, and SIGKILL for what is left after its grace."""
        asked_before = self._stop_asked()
        while self._tiers:
            tier = self._tiers[-1]
            for kept in tier:
                _signal(kept.process, signal.SIGTERM)
            began, told = time.monotonic(), False
            while alive := [kept for kept in tier if kept.process.poll() is None]:
                if not told and time.monotonic() > began + LONG_WAIT:
                    told = True
                    names = " and ".join(kept.part.name for kept in alive)
                    self._say(f"Waiting for {names} to finish what is in hand; ask again to end it by force.")
                hurry = self._stop_asked() > max(asked_before, 1)
                for kept in alive:
                    if time.monotonic() > began + (min(HURRIED, kept.part.grace) if hurry else kept.part.grace):
                        self._say(f"{kept.part.name} did not stop in time and is ended by force.")
                        _signal(kept.process, signal.SIGKILL)
                        kept.process.wait()
                time.sleep(BLINK)
            for kept in tier:
                _end_group(kept.process.pid)
            self._tiers.pop()
        self._notes.unlink(missing_ok=True)

    def _all(self) -> Iterator[_Kept]:
        return (kept for tier in self._tiers for kept in tier)

    def _spawn(self, part: Part) -> subprocess.Popen[bytes]:
        with logs.open_log(self.log(part.name)) as log:
            return subprocess.Popen(  # noqa: S603 - our own commands, no shell
                [sys.executable, "-I", "-S", TETHER, str(os.getpid()), *part.command],
                env=self._environment | dict(part.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _plan_again(self, kept: _Kept, status: int, now: float) -> None:
        _end_group(kept.process.pid)  # children that it left behind
        kept.failures = 1 if now - kept.began > HEALTHY else kept.failures + 1
        pause = min(self._pause * 2 ** (kept.failures - 1), LONGEST_PAUSE)
        kept.again_at = now + pause
        self._say(
            f"{kept.part.name} stopped unexpectedly ({how_it_ended(status)}); it is started again in {pause:g} s. "
            f"Its log: {self.log(kept.part.name)}"
        )

    def _could_not_start(self, part: Part, how: str) -> NewsletterError:
        log = self.log(part.name)
        return NewsletterError(f"{part.name} could not be started: {how}. The end of {log}:\n{logs.tail(log)}")

    def _note(self) -> None:
        live = [kept for kept in self._all() if kept.process.poll() is None]
        leftovers.remember(self._notes, [(kept.process.pid, kept.part.command) for kept in live])


def how_it_ended(status: int) -> str:
    """An exit status as `Popen` gives it, in words."""
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:  # as long as it is not collected, its number is nobody else's
        process.send_signal(number)


def _end_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of dead ones
        os.killpg(leader, signal.SIGKILL)
