"""`/healthz` and `/readyz`."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from newsletter.ops import readiness
from newsletter.web.site import health_check
from tests.support.ports import free_port


@pytest.fixture(autouse=True)
def _asked_again() -> Iterator[None]:
    health_check.reset()
    yield
    health_check.reset()


@pytest.fixture
def migrations(transactional_db: None) -> Iterator[None]:
    """The table of migrations may be changed, and is put back. Committed, because the check connects by itself."""
    recorder = MigrationRecorder(connection)
    rows = list(recorder.migration_qs.values())
    yield
    if not recorder.has_table():
        _run("ALTER TABLE elsewhere RENAME TO django_migrations")
    recorder.migration_qs.all().delete()
    recorder.migration_qs.bulk_create([recorder.Migration(**row) for row in rows])


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_a_server_with_its_database_is_ready_and_names_the_broker() -> None:
    with override_settings(REDIS_URL=f"redis://:secret@127.0.0.1:{free_port()}/0"):
        answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.content == b"database: ok\nmigrations: ok\nbroker: does not answer\n"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("migrations")
def test_a_missing_migration_is_not_ready() -> None:
    _run("DELETE FROM django_migrations WHERE app = 'ops'")
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert b"migrations: 1 not applied" in answer.content


@pytest.mark.usefixtures("migrations")
def test_a_database_without_tables_is_not_ready() -> None:
    _run("ALTER TABLE django_migrations RENAME TO elsewhere")
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content.splitlines()[0]) == (503, b"database: does not answer")


@pytest.mark.usefixtures("migrations")
def test_many_questions_are_one_look_at_the_database() -> None:
    Client().get("/readyz")
    _run("DELETE FROM django_migrations")
    assert Client().get("/readyz").status_code == 200
    assert readiness.check_readiness().can_serve is False


def test_the_health_of_the_web_server_needs_no_database() -> None:
    assert Client().get("/healthz").content == b"ok\n"
