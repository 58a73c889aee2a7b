"""The schedule of Celery beat: plain data, intervals only.

A periodic task looks for due rows and enqueues tasks for them; the database decides when an edition is due. Two look
every second: one for due dispatches, the other for all other work (due_work.py). Intervals need no time zone. Running
two beats is safe. A message that no worker takes within its interval expires: the next one finds the same rows.
"""

from typing import NamedTuple


class PeriodicTask(NamedTuple):
    """A task and its interval."""

    task: str
    seconds: float


PERIODIC_TASKS = (
    PeriodicTask("workers.tasks.dispatch.enqueue_due_dispatches", 1),
    PeriodicTask("workers.tasks.maintenance.enqueue_due_work", 1),
    PeriodicTask("workers.tasks.assembly.plan_and_compare", 5),
    PeriodicTask("workers.tasks.reading.order_link_lookups", 10),
    PeriodicTask("workers.tasks.insights.prune", 600),
    PeriodicTask("workers.tasks.insights.delete_old_outcomes", 60),
    PeriodicTask("workers.tasks.maintenance.record_queue_depths", 5),
    PeriodicTask("workers.tasks.maintenance.recover", 5),
    PeriodicTask("workers.tasks.maintenance.write_new_notices", 5),
    PeriodicTask("workers.tasks.maintenance.write_judged_notices", 60),
    PeriodicTask("workers.tasks.maintenance.count_readers", 5),
    PeriodicTask("workers.tasks.maintenance.count_mailboxes", 300),
    PeriodicTask("workers.tasks.maintenance.delete_old_batches", 60),
    PeriodicTask("workers.tasks.maintenance.clean_up", 60),
)

SCHEDULE = {
    entry.task: {"task": entry.task, "schedule": entry.seconds, "options": {"expires": max(5, entry.seconds)}}
    for entry in PERIODIC_TASKS
}
