"""When beat ticks: plain data, intervals only.

A tick looks for due rows and rings for them; when an edition is due is decided in the database.
Intervals have no time zone and so no clock changes. Two beats at once do no harm. A tick that
was not picked up within its own interval is thrown away: the next one finds the same rows.
"""

from typing import NamedTuple


class PeriodicTask(NamedTuple):
    task: str
    seconds: float


PERIODIC_TASKS = (
    PeriodicTask("workers.tasks.dispatch.enqueue_due_dispatches", 1),
    PeriodicTask("workers.tasks.dispatch.send_confirmations", 2),
    PeriodicTask("workers.tasks.assembly.plan_and_assemble_due", 2),
    PeriodicTask("workers.tasks.pictures.fetch_due_pictures", 1),
    PeriodicTask("workers.tasks.insights.process_webhook_posts", 1),
    PeriodicTask("workers.tasks.insights.prune", 600),
    PeriodicTask("workers.tasks.maintenance.record_queue_depths", 5),
    PeriodicTask("workers.tasks.maintenance.recover", 5),
    PeriodicTask("workers.tasks.maintenance.enqueue_group_steps", 1),
    PeriodicTask("workers.tasks.maintenance.clean_up", 60),
)

SCHEDULE = {
    tick.task: {"task": tick.task, "schedule": tick.seconds, "options": {"expires": max(5, tick.seconds)}}
    for tick in PERIODIC_TASKS
}
