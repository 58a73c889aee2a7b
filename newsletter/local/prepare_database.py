"""Makes data fit to start with: tables as this version wants them, the sample on a first start, a first user."""

from datetime import datetime

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from newsletter.delivery.ledger import installation
from newsletter.editions import plan_editions
from newsletter.lib.errors import NewsletterError


def migrate() -> bool:
    """Bring the tables up to date; true when there was something to do."""
    try:
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        first = (str(error).splitlines() or [""])[0]
        raise NewsletterError(
            f"The database cannot be used: {first}. Look at DATABASE_URL, or leave it unset."
        ) from None
    return True


def plan(now: datetime) -> None:
    """Let the editions exist that the timetable would plan in its first minute, so that they are known at once."""
    if installation.is_current():
        plan_editions.plan_all(now=now)
