"""Whether this process can serve: the database answers, it has the tables of this release, the broker answers.

Each question has a time limit of a few seconds. The answers are words for a public page: no address, no user, no key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from newsletter.ops.check_broker import ask_broker

TIMEOUT_SECONDS = 2
OK = "ok"
Migration = tuple[str, str]  # app and name


@dataclass(frozen=True, slots=True)
class Readiness:
    """The answers: `ok`, or what is wrong. The web server can serve without the broker; workers cannot work."""

    database: str
    migrations: str
    broker: str

    @property
    def can_serve(self) -> bool:
        """Return True if the web server can answer requests."""
        return self.database == self.migrations == OK


def check_readiness() -> Readiness:
    """Ask the database and the broker."""
    broker = ask_broker(settings.REDIS_URL) if settings.REDIS_URL else None
    broker_answer = "REDIS_URL is not set" if broker is None else "does not answer" if broker.problem else OK
    try:
        applied = set(_applied())
    except DatabaseError:
        return Readiness("does not answer", "unknown", broker_answer)
    missing = len(_of_this_release() - applied)
    return Readiness(OK, f"{missing} not applied" if missing else OK, broker_answer)


@cache  # the files change only with a new release
def _of_this_release() -> frozenset[Migration]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _applied() -> Iterable[Migration]:
    """Return the applied migrations. Raises Django's errors, among them when there is no table of migrations yet."""
    statement = "SELECT app, name FROM django_migrations"
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())
    import psycopg  # imported only here: SQLite installations do not need it in memory

    # a connection of its own, because Django's waits longer for a server that is gone
    parameters = connection.get_connection_params() | {"connect_timeout": TIMEOUT_SECONDS}
    with connection.wrap_database_errors, psycopg.connect(**parameters) as own, own.transaction():
        own.execute(f"SET LOCAL statement_timeout = {TIMEOUT_SECONDS * 1000}")
        return [(str(app), str(name)) for app, name in own.execute(statement).fetchall()]
