"""A command whose database goes away in the middle of its work."""

import subprocess
from collections.abc import Callable

import psycopg

from tests.journeys.conftest import Newsroom
from tests.support.postgres import Postgres
from tests.support.system import NEWSLETTER

READERS = 20_000  # far more than a pipe holds, so that the export waits in the middle
OTHER_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_an_export_whose_connection_is_lost_ends_with_one_sentence(
    newsroom: Callable[..., Newsroom], postgres: Postgres
) -> None:
    url = postgres.new()
    system = newsroom(readers=READERS, DATABASE_URL=url).system
    export = subprocess.Popen(
        [*NEWSLETTER, "readers", "export"],
        env=system.environment,
        cwd=system.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert export.stdout
    assert export.stdout.readline().startswith("email,first_name")
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(OTHER_SESSIONS)
    out, err = export.communicate(timeout=60)
    assert export.returncode == 1
    assert len(out.splitlines()) < READERS
    assert "The connection to the database was lost" in err
    assert len(err.strip().splitlines()) == 1
