"""One process of the supervisor: how it is started, tied to this one, and stopped. `supervisor.py` restarts it."""

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

TETHER = str(Path(__file__).with_name("exit_with_parent.py"))


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """What is to run, and what is known of its ways."""

    name: str  # in sentences, and of its log file
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)  # on top of everybody's
    ready: Callable[[], bool] = lambda: True
    patience: float = 60  # seconds it may take to become ready
    grace: float = 8  # seconds it may take to finish what it has in hand when it is told to stop
    needs_repeated_sigterm: bool = False  # may lose the word that it is to stop, so it is told again


class Process:
    """A part and its present process, which leads a session of its own: a Ctrl-C in the terminal passes it by."""

    def __init__(self, part: ServiceSpec, log: Path, environment: Mapping[str, str]) -> None:
        self.part, self.log = part, log
        self._environment = {**environment, **part.environment}
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again. It is stopped if this thread dies (`exit_with_parent.py`)."""
        with log_files.open_log(self.log) as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
                [sys.executable, "-I", "-S", TETHER, str(os.getpid()), *self.part.command],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.began = time.monotonic()

    @property
    def pid(self) -> int:
        """Its number, and that of its session and group."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """None while it runs; then its exit status, negative for a signal."""
        return self._process.poll()

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs: until its end is noticed here its number is nobody else's."""
        if self.status is None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it by force and wait for that."""
        self.tell(signal.SIGKILL)
        self._process.wait()

    def end_remains(self) -> None:
        """End the children that an ended process has left behind."""
        with suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of dead ones
            os.killpg(self.pid, signal.SIGKILL)


def describe_exit(status: int) -> str:
    """An exit status as `Process.status` gives it, in words."""
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
