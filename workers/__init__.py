"""Celery: the app, its worker queues and schedule. Tasks take ids and call one function."""
