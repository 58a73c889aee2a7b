"""Celery: the app, its worker queues and schedule. Tasks take ids, make one call and are done."""
