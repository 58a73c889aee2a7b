"""Starts processes tier by tier, starts again what stops unasked, and ends every one.

Which processes these are is said in `service_definitions.py`, and in which order they end in `shutdown.py`. Should the
supervisor itself be killed, `exit_with_parent.py` ends them, and what is left `stale_processes.py` at the next start.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from newsletter.lib.errors import NewsletterError
from newsletter.local.supervisor import log_files, shutdown, stale_processes
from newsletter.local.supervisor.managed_process import Process, ServiceSpec, describe_exit

HEALTHY = 30.0  # seconds; what ran this long and stops is not taken for a thing that cannot start
MAX_PAUSE = 30.0  # seconds between two tries
POLL_SECONDS = 0.05  # seconds between two looks at something that is about to happen
LOG_LOOK = 5.0  # seconds between two looks at the size of the logs


class _SupervisedProcess(Process):
    """A process that is to run for as long as the house does."""

    failures = 0
    again_at: float | None = None  # set while it does not run


class Supervisor:
    """Keeps `Part`s alive. `folder` is for logs and notes; `say` gets one sentence about each thing that happens.

    `stop_asked` counts how often a person asked for the end: once begins an orderly stop, twice hurries it.
    `pause` (seconds) is before the first new try; it doubles with each failure up to `MAX_PAUSE`.
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
        self._tiers: list[list[_SupervisedProcess]] = []
        self._logs_seen = time.monotonic()
        self._notes = folder / "processes.json"
        self._is_noted = True

    def log(self, name: str) -> Path:
        return self._folder / "logs" / f"{name}.log"

    def leaders(self) -> list[int]:
        """The numbers of the live processes; each is its group's number too."""
        return [kept.pid for kept in self._all() if kept.status is None]

    def start(self, *parts: ServiceSpec) -> None:
        """Start one tier and wait until all of it is ready, or until a person asks for the end.

        A tier stands on those before it: it is stopped before them. Raises when a part cannot be started.
        """
        tier: list[_SupervisedProcess] = []
        self._tiers.append(tier)
        for part in parts:
            try:
                tier.append(_SupervisedProcess(part, self.log(part.name), self._environment))
            except OSError as error:
                raise NewsletterError(f"{part.name} could not be started: {_reason(error)}.") from None
        self._note()
        waiting = list(tier)
        while waiting and not self._stop_asked():
            for kept in list(waiting):
                if (status := kept.status) is not None:
                    raise _could_not_start(kept, describe_exit(status))
                if kept.part.ready():
                    waiting.remove(kept)
                elif time.monotonic() > kept.began + kept.part.patience:
                    raise _could_not_start(kept, f"not ready after {kept.part.patience:g} s")
            time.sleep(POLL_SECONDS)

    def keep(self) -> None:
        """To be called several times a second: starts again what has stopped, keeps the logs within bounds."""
        now = time.monotonic()
        for kept in self._all():
            if kept.again_at is None and (status := kept.status) is not None:
                self._plan_again(kept, status, now)
            elif kept.again_at is not None and now >= kept.again_at:
                self._start_again(kept, now)
        if now > self._logs_seen + LOG_LOOK:
            self._logs_seen = now
            if not self._is_noted:
                self._note()
            for kept in self._all():
                log_files.bound(kept.log)

    def stop(self) -> None:
        """End every process, the last tier first."""
        asked_before = max(self._stop_asked(), 1)
        while self._tiers:
            shutdown.stop(self._tiers[-1], say=self._say, hurry=lambda: self._stop_asked() > asked_before)
            self._tiers.pop()
        self._notes.unlink(missing_ok=True)

    def _all(self) -> Iterator[_SupervisedProcess]:
        return (kept for tier in self._tiers for kept in tier)

    def _plan_again(self, kept: _SupervisedProcess, status: int, now: float) -> None:
        kept.end_remains()
        kept.failures = 1 if now - kept.began > HEALTHY else kept.failures + 1
        pause = self._wait(kept, now)
        self._say(
            f"{kept.part.name} stopped unexpectedly ({describe_exit(status)}); it is started again in {pause:g} s. "
            f"Its log: {kept.log}"
        )

    def _start_again(self, kept: _SupervisedProcess, now: float) -> None:
        """A start that the machine refuses (a full disk, no more processes) is one more failure, and tried again."""
        try:
            kept.start()
        except OSError as error:
            kept.failures += 1
            pause = self._wait(kept, now)
            self._say(f"{kept.part.name} cannot be started: {_reason(error)}; it is tried again in {pause:g} s.")
        else:
            kept.again_at = None
            self._note()

    def _wait(self, kept: _SupervisedProcess, now: float) -> float:
        """Set when it is started again; in how many seconds."""
        doublings = min(kept.failures - 1, 30)  # a number that stays a float after days of failures
        pause = min(self._pause * float(1 << doublings), MAX_PAUSE)
        kept.again_at = now + pause
        return pause

    def _note(self) -> None:
        """Write down what runs. When the disk is full, the others go on, and the next look at the logs tries again."""
        live = [(kept.pid, kept.part.command) for kept in self._all() if kept.status is None]
        try:
            stale_processes.remember(self._notes, live)
            self._is_noted = True
        except OSError as error:
            self._is_noted = False
            self._say(f"{self._notes} cannot be written: {_reason(error)}.")


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _could_not_start(kept: _SupervisedProcess, how: str) -> NewsletterError:
    return NewsletterError(
        f"{kept.part.name} could not be started: {how}. The end of {kept.log}:\n{log_files.tail(kept.log)}"
    )
