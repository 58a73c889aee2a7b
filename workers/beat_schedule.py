"""When beat ticks: plain data, intervals only.

A tick looks for due rows and rings for them; when an edition is due is decided in the database.
Intervals have no time zone and so no clock changes. Two beats at once do no harm. A tick that
was not picked up within its own interval is thrown away: the next one finds the same rows.
"""

from typing import NamedTuple


class Tick(NamedTuple):
    task: str
    seconds: float


TICKS = (
    Tick("workers.tasks.dispatch.tick", 1),
    Tick("workers.tasks.dispatch.send_confirmations", 2),
    Tick("workers.tasks.assembly.tick", 2),
    Tick("workers.tasks.pictures.tick", 1),
    Tick("workers.tasks.insights.absorb", 1),
    Tick("workers.tasks.insights.prune", 600),
    Tick("workers.tasks.maintenance.read", 5),
    Tick("workers.tasks.maintenance.recover", 5),
    Tick("workers.tasks.maintenance.look_after_groups", 1),
    Tick("workers.tasks.maintenance.tend", 60),
)

SCHEDULE = {
    tick.task: {"task": tick.task, "schedule": tick.seconds, "options": {"expires": max(5, tick.seconds)}}
    for tick in TICKS
}
