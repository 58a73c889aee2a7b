"""The door for the broker: Celery. Tasks are doorbells: ids in, one call, done."""
