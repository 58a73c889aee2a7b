"""`/healthz` and `/readyz`."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client, override_settings

from newsletter.ops import readiness
from newsletter.web.site import health_check
from tests.support.ports import free_port


@pytest.fixture(autouse=True)
def _asked_again() -> Iterator[None]:
    health_check.reset()
    yield
    health_check.reset()


@pytest.mark.django_db
def test_a_server_with_its_database_is_ready_and_names_the_broker() -> None:
    with override_settings(REDIS_URL=f"redis://:secret@127.0.0.1:{free_port()}/0"):
        answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.content == b"database: ok\nmigrations: ok\nbroker: does not answer\n"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_missing_migration_is_not_ready() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'ops'")
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert b"migrations: 1 not applied" in answer.content


@pytest.mark.django_db
def test_a_database_without_tables_is_not_ready() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO elsewhere")
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content.splitlines()[0]) == (503, b"database: does not answer")


@pytest.mark.django_db
def test_many_questions_are_one_look_at_the_database() -> None:
    Client().get("/readyz")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations")
    assert Client().get("/readyz").status_code == 200
    assert readiness.check_readiness().can_serve is False


def test_the_health_of_the_web_server_needs_no_database() -> None:
    assert Client().get("/healthz").content == b"ok\n"
