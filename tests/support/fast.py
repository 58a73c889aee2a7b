"""`--fast`: what a person runs at work after each change (`make test-fast`).

Left out are tests that ask for a server or a browser, tests that try many inputs, and those marked `long`. A test that
starts a process is skipped at that moment, so no list of such tests can be out of date.
"""

import sys
from typing import Any

import pytest

SERVERS = {"browser", "chromium", "postgres", "redis_server", "make_system", "database_url", "live_server"}
STARTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="run only tests without processes, browser and many inputs")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes seconds in this process; left out with --fast")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--fast"):
        return
    others = [item for item in items if _is_left_out(item)]
    items[:] = [item for item in items if not _is_left_out(item)]
    config.hook.pytest_deselected(items=others)
    sys.addaudithook(_skip_at_a_start)


def _is_left_out(item: pytest.Item) -> bool:
    return is_long(item) or bool(SERVERS & set(getattr(item, "fixturenames", ())))


def is_long(item: pytest.Item) -> bool:
    """True for a test that is marked, or that tries many inputs."""
    function = getattr(item, "obj", None)
    return bool(item.get_closest_marker("long") or getattr(function, "is_hypothesis_test", False))


def _skip_at_a_start(event: str, _: tuple[Any, ...]) -> None:
    if event in STARTS:
        pytest.skip("starts a process")
