"""A newsroom whose PostgreSQL stands behind PgBouncer in transaction mode."""

from collections.abc import Callable, Iterator

import pytest

from tests.journeys.conftest import Newsroom
from tests.support.pgbouncer import PgBouncer, find_pgbouncer
from tests.support.postgres import Postgres

READERS = 4500  # more than two fetches of an export


@pytest.fixture
def pooled_url(postgres: Postgres) -> Iterator[str]:
    program = find_pgbouncer()
    if program is None:
        pytest.skip("there is no pgbouncer here (Debian: apt install pgbouncer)")
    pooler = PgBouncer(program, postgres.new())
    yield pooler.url
    pooler.stop()


def test_an_export_through_a_pooler_that_changes_connections_is_whole(
    newsroom: Callable[..., Newsroom], pooled_url: str
) -> None:
    desk = newsroom(readers=READERS, DATABASE_URL=pooled_url, DATABASE_PREPARES="no")
    exported = desk.system.say("readers", "export")
    assert exported.status == 0, exported.err
    assert len(exported.out.splitlines()) == 1 + READERS
