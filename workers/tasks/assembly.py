"""Planning editions and assembling their letters."""

from celery import shared_task

from newsletter.delivery import installation
from newsletter.editions import approval, assembly, planning
from newsletter.editions.models import Edition
from newsletter.lib import clock


@shared_task
def tick() -> None:
    """Plan what must exist, take back what changed, ring for what is due."""
    if not installation.is_ours():
        return  # what was due while a copy or backup lay unused is for the person who confirms it
    planning.plan_all(now=clock.now())
    assembly.refresh_stale(now=clock.now())
    approval.hold_late(now=clock.now())
    for edition_id in Edition.objects.due_for_assembly(clock.now()).values_list("pk", flat=True):
        assemble.apply_async((edition_id,), expires=30)


@shared_task
def assemble(edition_id: int) -> None:
    """Freeze the letter of one edition."""
    assembly.assemble(edition_id, now=clock.now())
