"""Starts processes tier by tier, restarts those that stop unexpectedly, and stops all of them.

`service_definitions.py` lists the processes; `shutdown.py` stops a tier. When the supervisor itself is killed,
`exit_with_parent.py` ends the processes, and `stale_processes.py` ends the rest at the next start.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from newsletter.lib.errors import NewsletterError
from newsletter.local.supervisor import log_files, shutdown, stale_processes
from newsletter.local.supervisor.managed_process import Process, ServiceSpec, describe_exit

HEALTHY_AFTER_SECONDS = 30.0  # a process that ran this long and stops counts as its first failure
MAX_PAUSE_SECONDS = 30.0  # between two attempts to start a process
POLL_SECONDS = 0.05
LOG_CHECK_SECONDS = 5.0  # between two checks of the sizes of logs


class _SupervisedProcess(Process):
    """A process that runs until the supervisor stops."""

    failures = 0
    restart_at: float | None = None  # monotonic seconds; set while it does not run


class Supervisor:
    """Keeps services running. `folder` is for logs and the list of processes; `say` gets one sentence per event.

    `stop_requests` returns how often a person asked to stop: the first request begins an orderly stop, the second
    shortens it. `first_pause` (seconds) precedes the first restart; the pause doubles with each failure up to
    `MAX_PAUSE_SECONDS`. Call every method from one thread, the one that lives longest: Linux ties a child to the
    thread that forked it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        environment: Mapping[str, str],
        say: Callable[[str], None],
        stop_requests: Callable[[], int] = lambda: 0,
        first_pause: float = 0.5,
    ) -> None:
        self._folder, self._environment = folder, dict(environment)
        self._say, self._stop_requests, self._first_pause = say, stop_requests, first_pause
        self._tiers: list[list[_SupervisedProcess]] = []
        self._logs_checked_at = time.monotonic()
        self._record = folder / "processes.json"
        self._is_recorded = True

    def log_path(self, name: str) -> Path:
        return self._folder / "logs" / f"{name}.log"

    def pids(self) -> list[int]:
        """Return the pids of the running processes; each is also the id of its process group."""
        return [process.pid for process in self._all() if process.status is None]

    def start(self, *specs: ServiceSpec) -> None:
        """Start one tier and wait until all of it is ready, or until a person asks to stop.

        A tier depends on the earlier ones and is stopped before them. Raises `NewsletterError` when a service
        cannot be started.
        """
        tier: list[_SupervisedProcess] = []
        self._tiers.append(tier)
        for spec in specs:
            try:
                tier.append(_SupervisedProcess(spec, self.log_path(spec.name), self._environment))
            except OSError as error:
                raise NewsletterError(f"{spec.name} could not be started: {_reason(error)}.") from None
        self._record_processes()
        waiting = list(tier)
        while waiting and not self._stop_requests():
            for process in list(waiting):
                if (status := process.status) is not None:
                    raise _start_error(process, describe_exit(status))
                if process.spec.ready():
                    waiting.remove(process)
                elif time.monotonic() > process.started_at + process.spec.start_timeout:
                    raise _start_error(process, f"not ready after {process.spec.start_timeout:g} s")
            time.sleep(POLL_SECONDS)

    def check(self) -> None:
        """Restart what has stopped and limit the size of logs. Call it several times a second."""
        now = time.monotonic()
        for process in self._all():
            if process.restart_at is None and (status := process.status) is not None:
                self._schedule_restart(process, status, now)
            elif process.restart_at is not None and now >= process.restart_at:
                self._restart(process, now)
        if now > self._logs_checked_at + LOG_CHECK_SECONDS:
            self._logs_checked_at = now
            if not self._is_recorded:
                self._record_processes()
            for process in self._all():
                log_files.rotate_if_large(process.log)

    def stop(self) -> None:
        """Stop every process, the last tier first."""
        requests_before = max(self._stop_requests(), 1)
        while self._tiers:
            shutdown.stop_all(
                self._tiers[-1], say=self._say, is_hurried=lambda: self._stop_requests() > requests_before
            )
            self._tiers.pop()
        self._record.unlink(missing_ok=True)

    def _all(self) -> Iterator[_SupervisedProcess]:
        return (process for tier in self._tiers for process in tier)

    def _schedule_restart(self, process: _SupervisedProcess, status: int, now: float) -> None:
        process.kill_group()
        process.failures = 1 if now - process.started_at > HEALTHY_AFTER_SECONDS else process.failures + 1
        pause = self._set_restart(process, now)
        self._say(
            f"{process.spec.name} stopped unexpectedly ({describe_exit(status)}). Restarting in {pause:g} s. "
            f"Log: {process.log}"
        )

    def _restart(self, process: _SupervisedProcess, now: float) -> None:
        """Start the process. An error of the system (disk full, too many processes) counts as one more failure."""
        try:
            process.start()
        except OSError as error:
            process.failures += 1
            pause = self._set_restart(process, now)
            self._say(f"{process.spec.name} cannot be started: {_reason(error)}. Trying again in {pause:g} s.")
        else:
            process.restart_at = None
            self._record_processes()

    def _set_restart(self, process: _SupervisedProcess, now: float) -> float:
        """Set the time of the next start and return the pause in seconds."""
        doublings = min(process.failures - 1, 30)  # keeps the number finite after days of failures
        pause = min(self._first_pause * float(1 << doublings), MAX_PAUSE_SECONDS)
        process.restart_at = now + pause
        return pause

    def _record_processes(self) -> None:
        """Record the running processes. On a full disk the services go on, and `check` tries again."""
        running = [(process.pid, process.spec.command) for process in self._all() if process.status is None]
        try:
            stale_processes.record_processes(self._record, running)
            self._is_recorded = True
        except OSError as error:
            self._is_recorded = False
            self._say(f"{self._record} cannot be written: {_reason(error)}.")


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _start_error(process: _SupervisedProcess, reason: str) -> NewsletterError:
    return NewsletterError(
        f"{process.spec.name} could not be started: {reason}. The end of {process.log}:\n"
        f"{log_files.last_lines(process.log)}"
    )
