"""Statements written out by hand, where Django would take longer to compose one than the database to run it."""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def fetch_all(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement, on Django's own connection and in its transaction, if there is one.

    PostgreSQL is spoken to in its binary form, and plans a statement once a connection (DATABASE_PREPARES). Django puts
    values into the text of a statement instead, bytes as two digits each: for a post of 300 KB that takes ten times as
    long. Raises Django's errors.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as any_cursor:
            any_cursor.execute(statement, values)
            return any_cursor.fetchall() if any_cursor.description else []
    from psycopg import Cursor  # only here: with SQLite nobody needs it in memory

    connection.close_if_health_check_failed()  # as Django does before the first statement of a request
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, binary=True)
        return cursor.fetchall() if cursor.description else []
