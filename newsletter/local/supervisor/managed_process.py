"""One process of the supervisor: how it is started, tied to its parent and stopped. `supervisor.py` restarts it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.local.supervisor import log_files

EXIT_WITH_PARENT = str(Path(__file__).with_name("exit_with_parent.py"))


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service to run: its command, and how it starts and stops."""

    name: str  # in messages, and of its log file
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)  # added to the environment that all services share
    ready: Callable[[], bool] = lambda: True
    start_timeout: float = 60  # seconds until it must be ready
    grace: float = 8  # seconds to finish its work after SIGTERM, before SIGKILL
    needs_repeated_sigterm: bool = False  # it may lose a SIGTERM, so another one follows


class Process:
    """A service and its current process, which leads its own session, so that a Ctrl-C does not reach it."""

    def __init__(self, spec: ServiceSpec, log: Path, environment: Mapping[str, str]) -> None:
        self.spec, self.log = spec, log
        self._environment = {**environment, **spec.environment}
        self.start()

    def start(self) -> None:
        """Start the process, for the first time or again. It ends when this thread ends (`exit_with_parent.py`)."""
        with log_files.open_log(self.log) as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
                [sys.executable, "-I", "-S", EXIT_WITH_PARENT, str(os.getpid()), *self.spec.command],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_at = time.monotonic()

    @property
    def pid(self) -> int:
        """The pid, which is also the id of its session and process group."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """None while it runs; then its exit status, negative for a signal."""
        return self._process.poll()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal if the process is still running. Its pid cannot be reused until we reap it."""
        if self.status is None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """Send SIGKILL and wait for the end."""
        self.send_signal(signal.SIGKILL)
        self._process.wait()

    def kill_group(self) -> None:
        """End the children that an ended process has left."""
        with suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of dead processes
            os.killpg(self.pid, signal.SIGKILL)


def describe_exit(status: int) -> str:
    """Describe an exit status as given by `Process.status`: `status 3` or `SIGKILL`."""
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
