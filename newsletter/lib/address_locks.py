"""One lock of the database between transactions that store addresses and those that bar them for good.

Who stores addresses looks first which are barred, and who bars them looks for the stored ones: neither sees what the
other has not committed yet. Take the lock first in a transaction, before any lock of rows.
"""

from django.db import connection

KEY = 7_301_946_258  # any number that no other use of PostgreSQL's advisory locks in this database has


def lock_to_store() -> None:
    """Wait until nobody bars addresses; others who store them go on at the same time. Lasts as long as the transaction.

    On SQLite, a transaction that writes is the only one.
    """
    _lock("pg_advisory_xact_lock_shared")


def lock_to_bar() -> None:
    """Wait until nobody stores or bars addresses. Lasts as long as the transaction."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [KEY])
