"""What a short run takes of the long tests: a sample drawn by a seed. `--whole` takes all, as `make torture` does.

A test that asks for `database_url` runs on one of the databases, and of the tests with the mark `sampled(n)` run so
many: of the parameters of one test, or of a module's tests that are marked with the same `of`. On the second database
runs a third of the `long` tests of a module and of those that try many inputs. Inside a test, the fixture `some` draws
values. Whoever names one test gets that one.
The seed is that of the day, or SEED; with CI set it is always the same.
"""

import math
import os
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from tests.support.fast import is_long

T = TypeVar("T")
SEED = "NEWSLETTER_SAMPLE"  # tells the processes of one run the seed of all


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="run every long test on every database, not a sample")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sampled(count, of=''): so many of these run, unless --whole is given")
    today = 1 if os.environ.get("CI") else datetime.now(UTC).date().toordinal()
    os.environ.setdefault(SEED, os.environ.get("SEED") or str(today))


def pytest_report_header(config: pytest.Config) -> str:
    if config.getoption("--whole"):
        return "sample: all long tests run"
    return f"sample: the long tests that SEED={os.environ[SEED]} draws; --whole runs all"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--whole"):
        return
    for group in (_one_database, _marked, *([_long] if config.getoption("--database-only") else [])):
        others = _left_out(items, group)
        items[:] = [item for item in items if item not in others]
        config.hook.pytest_deselected(items=list(others))


@pytest.fixture
def some(request: pytest.FixtureRequest) -> Callable[[Sequence[T], int], Sequence[T]]:
    """`some(values, 3)`: so many of them, others with each call and each seed; all with `--whole`."""
    chance = random.Random(f"{os.environ[SEED]} {request.node.nodeid}")  # noqa: S311  # no secret
    whole = request.config.getoption("--whole")
    return lambda values, count: values if whole else chance.sample(values, min(count, len(values)))


Group = tuple[str, int | float]  # its name, and how many of it run, or which part


def _one_database(item: pytest.Item) -> Group | None:
    """The same test with the same other parameters, on every database."""
    if "database_url" not in getattr(item, "fixturenames", ()):
        return None
    chosen = getattr(item, "callspec").params["database_url"]  # noqa: B009  # items of other kinds have none
    return item.nodeid.replace(str(chosen), "", 1), 1


def _marked(item: pytest.Item) -> Group | None:
    mark = item.get_closest_marker("sampled")
    if mark is None:
        return None
    file, _, name = item.nodeid.partition("::")
    return f"{file}::{mark.kwargs.get('of') or name.partition('[')[0]}", mark.args[0]


def _long(item: pytest.Item) -> Group | None:
    return (item.nodeid.partition("::")[0], 1 / 3) if is_long(item) else None


def _left_out(items: list[pytest.Item], group_of: Callable[[pytest.Item], Group | None]) -> set[pytest.Item]:
    groups: defaultdict[Group, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if group := group_of(item):
            groups[group].append(item)
    left: set[pytest.Item] = set()
    for (name, count), members in groups.items():
        chance = random.Random(f"{os.environ[SEED]} {name}")  # noqa: S311  # no secret
        left.update(members)
        some = count if isinstance(count, int) else math.ceil(count * len(members))
        left.difference_update(chance.sample(members, min(some, len(members))))
    return left
