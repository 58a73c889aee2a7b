"""Fixtures that lend servers. A test that kills its server asks for one of its own."""

from collections.abc import Iterator

import pytest

from tests.support.postgres import Postgres
from tests.support.redis import RedisServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for this process; `postgres.new()` is the address of a fresh database on it."""
    server = Postgres.start()
    yield server
    server.stop()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A server for this test, which may freeze or kill it. It starts in a tenth of a second."""
    server = RedisServer().start()
    yield server
    server.stop()
