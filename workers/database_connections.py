"""Keep each worker's database connections from task to task, and replace those that are broken or old.

Celery closes the connection after every task, so that each task opens a session of its own. With `CELERY_DB_REUSE_MAX`
it keeps them, but then nothing looks for connections that a restart of the database has broken. Django does that at the
beginning of each request, and here at the beginning of each task: a connection older than CONN_MAX_AGE or with an error
is closed, and the next statement checks that the session is still alive.
"""

from typing import Any

from celery.signals import task_prerun
from django.db import close_old_connections

REUSES = 10_000  # Celery closes a connection after twice as many tasks; Django long before, after CONN_MAX_AGE


def connect() -> None:
    """Check the connections before each task."""
    task_prerun.connect(_check, weak=False)


def _check(**_: Any) -> None:
    close_old_connections()
