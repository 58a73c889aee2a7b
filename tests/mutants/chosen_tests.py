"""A plugin of pytest that runs tests in an order that was chosen for a fault (`-p tests.mutants.chosen_tests`).

CHOSEN_TESTS names a file: a list of pairs, a test and the seconds that it took. A test that takes very much longer has
no end with this fault: the process stops, and the last line of the file `ended` beside it names that test.
"""

import json
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants.results import NO_END

FILE = Path(os.environ["CHOSEN_TESTS"])
CHOSEN: dict[str, float] = dict(json.loads(FILE.read_text(encoding="utf-8")))
PATIENCE = 60  # seconds for any test, and
TIMES = 20  # so many times its own
MEMORY = 6 * 2**30  # bytes of addresses that a fault may take


def pytest_configure() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.hookimpl(tryfirst=True)  # pytest-django then moves those behind that change the database as a whole
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    order = {name: number for number, name in enumerate(CHOSEN)}
    items[:] = sorted((item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    def stop(*_: object) -> None:
        FILE.with_name("ended").write_text(item.nodeid, encoding="utf-8")
        os._exit(NO_END)

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE + TIMES * CHOSEN[item.nodeid])
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
