"""Plan editions and assemble their letters."""

from contextlib import suppress

from celery import shared_task

from newsletter.delivery.ledger import installation
from newsletter.editions import plan_editions
from newsletter.editions.models import Edition
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.lib import clock
from newsletter.lib.errors import Gone


@shared_task
def plan_and_compare() -> None:
    """Plan editions, reopen those whose content changed, and hold those that are too late."""
    if not installation.is_current():
        return  # a copy or a restored backup assembles nothing until a person confirms it
    plan_editions.plan_all(now=clock.now())
    assemble_edition.refresh_stale(now=clock.now())
    edition_decisions.hold_late(now=clock.now())


@shared_task
def assemble_due() -> None:
    """Enqueue the editions that are due for assembly."""
    if not installation.is_current():
        return
    for edition_id in Edition.objects.due_for_assembly(clock.now()).values_list("pk", flat=True):
        assemble.apply_async((edition_id,), expires=30)


@shared_task
def assemble(edition_id: int) -> None:
    """Assemble one edition and freeze its letter."""
    with suppress(Gone):  # its date left the schedule since the task was enqueued
        assemble_edition.assemble(edition_id, now=clock.now())
