"""Runs all services on one machine: Redis, the postbox, the web server, workers and Celery beat."""
