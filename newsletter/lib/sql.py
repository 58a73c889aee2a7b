"""Raw SQL, for statements that Django would take longer to compose than the database to run."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection


def fetch_all(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement on Django's connection, in its current transaction if any, and return the rows.

    On PostgreSQL, values travel in binary form and a statement is planned once per connection (DATABASE_PREPARES).
    Django instead interpolates values into the text, bytes as two digits each, which takes ten times as long for a post
    of 300 KB. Raises Django's errors.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as any_cursor:
            any_cursor.execute(statement, values)
            return any_cursor.fetchall() if any_cursor.description else []
    from psycopg import Cursor  # imported only here: SQLite installations do not need it in memory

    connection.close_if_health_check_failed()  # as Django does before the first statement of a request
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, binary=True)
        return cursor.fetchall() if cursor.description else []


def fetch_among(statement: str, among: Collection[Any], *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement in which `{among}` follows a column, as in `WHERE email {among}`, and return the rows.

    Django's own `__in` prepares each of thousands of values three times. `values` come before those of `among`; SQLite
    takes 32,766 in all.
    """
    if not among:
        return []
    if connection.vendor == "postgresql":
        return fetch_all(statement.format(among="= ANY(%s)"), [*values, list(among)])
    return fetch_all(statement.format(among=f"IN ({', '.join(['%s'] * len(among))})"), [*values, *among])
