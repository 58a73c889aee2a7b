"""Celery tasks, one module for each worker queue."""
