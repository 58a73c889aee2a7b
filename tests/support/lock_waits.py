"""One connection holds locks while another acts: what the second does, and when. PostgreSQL alone has row locks."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import pytest
from django.db import connection, connections, transaction

T = TypeVar("T")
needs_row_locks = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")


def act_during(hold: Callable[[], object], act: Callable[[], T], *, then: Callable[[], object] = lambda: None) -> T:
    """Call `hold` in a transaction, then `act` on another connection; commit once `act` waits for a lock or is done.

    `then` is called in the transaction of `hold` just before it is committed.
    """
    results: list[T] = []
    errors: list[BaseException] = []
    backend: list[int] = []

    def run() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.append(cursor.fetchone()[0])
            results.append(act())
        except BaseException as error:  # noqa: BLE001 — raised again by the test
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        hold()
        thread.start()
        until = time.monotonic() + 20
        while thread.is_alive() and not (backend and _waits(backend[0])):
            assert time.monotonic() < until, "The other connection neither waits nor ends."
            time.sleep(0.01)
        then()
    thread.join(20)
    if errors:
        raise errors[0]
    return results[0]


def _waits(backend: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [backend])
        return bool(cursor.fetchone()[0])
