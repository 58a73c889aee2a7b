"""Where the tests' fixtures come from. What must stand before the settings load is in support/surroundings.py."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from hypothesis import settings
from whitenoise.middleware import WhiteNoiseMiddleware

from tests.support.website import Website, website

pytest_plugins = [
    "tests.support.browser",
    "tests.support.system",
    "tests.support.postbox",
    "tests.support.servers",
    "tests.support.fast",
    "tests.support.sampling",
]

# Inputs are the same in every run of CI; at a desk they differ, which finds more. A slow machine fails nobody.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, as everywhere else: in memory, threads do not wait for each other but fail."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(Path(os.environ["NEWSLETTER_DATA"]) / "test.sqlite3")


@pytest.fixture
def site() -> Iterator[Website]:
    """Somebody's web site on loopback."""
    with website() as running:
        yield running


def pytest_configure(config: pytest.Config) -> None:
    # made slow on purpose, a hash a sign-in: nobody attacks a test
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    list_static_files_once()


def list_static_files_once() -> None:
    """A web server lists its static files when it starts. Each `Client` of a test is one that starts."""
    list_files, listed = WhiteNoiseMiddleware.add_files_from_finders, dict[str, object]()

    def take_over(self: WhiteNoiseMiddleware) -> None:
        if not listed:
            list_files(self)
            listed.update(self.files)
        self.files.update(listed)

    WhiteNoiseMiddleware.add_files_from_finders = take_over


def pytest_xdist_auto_num_workers() -> int:
    """Twice as many processes as there are processors: half of the time, tests wait for a process or a browser."""
    return 2 * (os.cpu_count() or 1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="run the tests that use the database, and no others")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --database-only, leave out what gives the same answer on any database."""
    if not config.getoption("--database-only"):
        return
    others = [item for item in items if not uses_database(item)]
    items[:] = [item for item in items if uses_database(item)]
    config.hook.pytest_deselected(items=others)


@pytest.fixture(autouse=True)
def _no_house_of_another_test() -> None:
    """What this process remembers of the stamp in the database goes with the test's rows."""
    if seen := sys.modules.get("newsletter.delivery.ledger.installation"):  # a test of pure functions need not load it
        seen.reset_cache()


def uses_database(item: pytest.Item) -> bool:
    """True for a test with pytest-django's mark, or that asks for its fixtures by whatever way."""
    fixtures = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None
