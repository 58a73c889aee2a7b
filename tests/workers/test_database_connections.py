"""A worker keeps its database session from task to task, and gets over the loss of it without losing a task."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.support.kept import Kept
from tests.support.postgres import Postgres
from tests.support.redis import RedisServer
from tests.support.waiting import wait_until

OTHER_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
NOTE = "from tests.workers.sessions import note\nfor _ in range({}): note.apply_async(queue='maintenance')"


@pytest.mark.sampled(1)
@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_tasks_share_a_session_and_none_fails_after_all_sessions_were_lost(
    tmp_path: Path, redis_server: RedisServer, postgres: Postgres, pool: str
) -> None:
    url, notes = postgres.new(), tmp_path / "sessions"
    settings = {"REDIS_URL": redis_server.url, "NEWSLETTER_DATA": str(tmp_path), "DATABASE_URL": url}
    environment = {**os.environ, **settings, "SESSIONS": str(notes), "DJANGO_SETTINGS_MODULE": "newsletter.settings"}
    migrate = [sys.executable, "-m", "newsletter", "migrate"]
    subprocess.run(migrate, env=environment, check=True, capture_output=True)

    def run(tasks: int) -> list[str]:
        """Run so many tasks one after the other; return the sessions that they had."""
        before = len(sessions())
        subprocess.run([sys.executable, "-c", NOTE.format(tasks)], env=environment, check=True)
        wait_until(lambda: len(sessions()) == before + tasks, timeout=60, what="the tasks")
        return sessions()[before:]

    def sessions() -> list[str]:
        return notes.read_text().split() if notes.exists() else []

    program = [sys.executable, "-m", "celery", "-A", "tests.workers.sessions", "worker"]
    words = ["--queues=maintenance", f"--pool={pool}", "--concurrency=1", "--loglevel=WARNING"]
    worker = Kept([*program, *words], folder=tmp_path, env=environment, folder_stays=True)
    try:
        first = run(5)
        assert len(set(first)) == 1
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(OTHER_SESSIONS)
        second = run(5)
        assert len(set(second)) == 1
        assert second[0].isdigit()
        assert second[0] != first[0]
    finally:
        worker.end()
