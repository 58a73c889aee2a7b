"""A newsroom that is ready to send, seen through its doors only."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from tests.support.system import System
from tests.support.waiting import wait_until

T = TypeVar("T")
PUBLICATION = (
    "publications", "add", "--slug", "harbour", "--name", "The Harbour Note", "--sender-name", "The Harbour Note",
    "--sender-email", "note@harbour.example", "--postal-address", "3 Quay Street, Port Alder", "--send-time", "07:00",
)  # fmt: skip


class Newsroom:
    """A system with one publication that approves by itself, and `readers` readers."""

    def __init__(self, system: System, *, readers: int) -> None:
        self.system = system
        self.otto = "otto@harbour.example"
        system.tell(*PUBLICATION)
        system.tell(
            "users",
            "add",
            self.otto,
            "--name",
            "Otto",
            "--role",
            "ops",
            "--password-stdin",
            stdin="tides turn twice a day",
        )
        rows = "".join(f"reader{number}@readers.example,Reader {number}\n" for number in range(readers))
        system.tell(
            "readers",
            "import",
            "-",
            "--source",
            "a test",
            "--consent-date",
            "2026-01-02",
            stdin="email,first_name\n" + rows,
        )

    def due_in(self, seconds: float) -> datetime:
        """Let the cadence name a moment this far ahead; returns it."""
        due = (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)
        self.system.tell(
            "publications",
            "set",
            "harbour",
            f"send_time={due:%H:%M:%S}",
            f"starts_on={due:%Y-%m-%d}",
            "auto_approve=yes",
        )
        return due

    def edition(self, state: str, *, timeout: float = 90) -> Any:
        """The one edition that is in this state, as soon as there is one."""
        return self.wait(lambda: self._in_state(state), timeout=timeout, what=f"an edition that is {state}")

    def wait(self, condition: Callable[[], T], *, timeout: float = 90, what: str) -> T:
        """Wait for what a command or the postbox tells. A command is a process, so the pauses are long."""
        return wait_until(condition, timeout=timeout, what=what, longest_pause=1)

    def _in_state(self, state: str) -> Any:
        return next((e for e in self.system.tell("editions", "list", "--all") if e["state"] == state), None)

    def progress(self, edition: int) -> Any:
        return self.system.tell("dispatches", "show", edition)["progress"]


@pytest.fixture
def newsroom(make_system: Callable[..., System]) -> Callable[..., Newsroom]:
    """Makes a newsroom: `newsroom(readers=10, DATABASE_URL=…)`."""

    def make(*, readers: int, **settings: str) -> Newsroom:
        return Newsroom(make_system(**settings), readers=readers)

    return make
