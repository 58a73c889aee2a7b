"""Prepares the database for a start: migrations and the next editions."""

from datetime import datetime

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from newsletter.delivery.ledger import installation
from newsletter.editions import plan_editions
from newsletter.lib.errors import NewsletterError


def migrate() -> bool:
    """Apply migrations. Return True if there were any."""
    try:
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        first = (str(error).splitlines() or [""])[0]
        raise NewsletterError(
            f"The database cannot be used: {first}. Check DATABASE_URL, or unset it to use SQLite."
        ) from None
    return True


def plan_editions_now(now: datetime) -> None:
    """Plan editions as Celery beat does every minute, so that they are known before the workers start."""
    if installation.is_current():
        plan_editions.plan_all(now=now)
