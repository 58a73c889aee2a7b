"""A publication, and several people acting at once on one database."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection, connections

from newsletter.publications.models import Publication
from tests.support import factories as make

type_of_at_once = Callable[[Sequence[Callable[[], object]]], None]


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication()


@pytest.fixture
def at_once(transactional_db: None, tmp_path: Path) -> Iterator[type_of_at_once]:
    """Calls functions at the same moment, each in a thread with a connection of its own.

    The SQLite of tests lives in memory, where connections do not wait for each other as they do
    for a file; so there the rows move into a file for as long as it takes.
    """
    settings = connections.settings["default"]
    name, file = settings["NAME"], tmp_path / "crowd.sqlite3"
    is_in_memory = connection.vendor == "sqlite"

    def run(actions: Sequence[Callable[[], object]]) -> None:
        barrier = Barrier(len(actions))

        def act(action: Callable[[], object]) -> None:
            try:
                barrier.wait(timeout=30)
                action()
            finally:
                connection.close()

        if is_in_memory:
            with sqlite3.connect(file) as copy:
                connection.connection.backup(copy)
            copy.close()
            settings["NAME"] = str(file)
        with ThreadPoolExecutor(len(actions)) as pool:
            list(pool.map(act, actions))
        if is_in_memory:
            settings["NAME"] = name
            with sqlite3.connect(file) as copy:
                copy.execute("PRAGMA journal_mode=DELETE")
                copy.backup(connection.connection)
            copy.close()

    yield run
    settings["NAME"] = name
