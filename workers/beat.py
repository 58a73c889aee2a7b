"""The Celery app of beat. It enqueues tasks by their names, so it loads neither tasks nor models: that saves 70 MB."""

from workers import celery_app
from workers.beat_schedule import SCHEDULE

app = celery_app.create(fixups=[])  # those of Celery load Django's models
app.conf.update(
    beat_schedule=SCHEDULE,
    beat_scheduler="workers.beat_scheduler:TouchingScheduler",  # stores nothing: the schedule has no state
    beat_max_loop_interval=1,
)
