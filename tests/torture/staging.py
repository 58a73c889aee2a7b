"""What runs start from: the prepared data, made once a database; a system and a database for each run."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.support.crashing import CrashingPostgres
from tests.support.system import System
from tests.torture.faults import READERS, SETTINGS, Plan

NAME = "newsletter"  # of the database on a server of its own
LIMIT = 180  # seconds for preparing, on a busy machine


class Stage:
    """`folder` is for all of it. On PostgreSQL each run has a server of its own, which may be killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: CrashingPostgres | None = None  # rests; the others are its twins
        self.edition: dict[str, int] = {}

    def prepare(self, database: str) -> None:
        """Make the data that runs on this database are to start from."""
        if database == "postgres":
            self._server = CrashingPostgres.make()
            with psycopg.connect(self._server.url(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {NAME}")
        folder = _made(self._folder / database)
        system = System(folder, **SETTINGS, DATABASE_URL=_url(self._server if database == "postgres" else None, folder))
        command = [sys.executable, "-m", "tests.torture.preparing", str(READERS)]
        settings = {**system.environment, "DJANGO_SETTINGS_MODULE": "newsletter.settings"}
        done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False, timeout=LIMIT)
        if done.returncode:
            raise RuntimeError(done.stderr)
        self.edition[database] = int(done.stdout)
        if database == "postgres" and self._server:
            self._server.rest()

    def set_up(self, plan: Plan, name: str) -> tuple[System, str, CrashingPostgres | None]:
        """A system of its own for this run, the address of its database, and its server if it has one."""
        folder = _made(self._folder / name)
        shutil.copytree(self._folder / plan.database / "data", folder / "data")
        server = None
        if plan.database == "postgres":
            assert self._server is not None
            server = self._server.twin()
        url = _url(server, folder)
        try:
            spoil(url, plan.bad)
            return System(folder, **SETTINGS, DATABASE_URL=url), url, server
        except BaseException:
            if server:
                server.stop()
            raise

    def clear(self, name: str) -> None:
        """Take away what a run has left."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def close(self) -> None:
        """Take away the prepared server; the folder is its maker's."""
        if self._server:
            self._server.stop()


def spoil(database_url: str, places: tuple[int, ...]) -> None:
    """Make the addresses of these readers, counted from 0, such that the provider refuses the calls they are in."""
    order = (
        "UPDATE audience_subscriber SET email = 'not an address {0}@readers.example' "
        "WHERE id = (SELECT id FROM audience_subscriber ORDER BY id LIMIT 1 OFFSET {0})"
    )
    orders = [order.format(place) for place in places]
    if database_url.startswith("sqlite"):
        lite = sqlite3.connect(urlsplit(database_url).path[1:])
        try:
            for one in orders:
                lite.execute(one)
            lite.commit()
        finally:
            lite.close()
        return
    with psycopg.connect(database_url) as connection:
        for one in orders:
            connection.execute(one.encode())


def _url(server: CrashingPostgres | None, folder: Path) -> str:
    return server.url(NAME) if server else f"sqlite:///{folder / 'data' / 'newsletter.sqlite3'}"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
