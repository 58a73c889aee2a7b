"""Backup and restore between two installations, on SQLite and, in the second run, on PostgreSQL."""

import dataclasses
import gzip
import io
import json
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from newsletter.lib import clock
from newsletter.lib.errors import InvalidState, NewsletterError
from newsletter.ops import heartbeats
from newsletter.ops.backup import backup_archive, database_copies
from newsletter.ops.backup.backup_archive import ArchiveWriter, BackupManifest
from newsletter.ops.backup.restore_backup import restore_backup
from tests.support import cluster
from tests.support.postgres import Postgres
from tests.support.system import System

PASSWORD = "a long way home"
IS_SQLITE = connection.vendor == "sqlite"
MANIFEST = BackupManifest("2026-11-23T12:00:00+00:00", "0.1.0", "sqlite", [], "", "")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[System, System]]:
    """Two installations; the first has tables and a user."""
    server = None if IS_SQLITE else Postgres(os.environ["TEST_DATABASE_URL"])
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        more = {} if server is None else {"DATABASE_URL": server.new(), "POSTGRES_PROGRAMS": server_programs()}
        made.append(System(tmp_path / name, **more))
    ok(made[0], "migrate")
    ok(made[0], "users", "add", "otto@example.org", "--role", "ops", "--password-stdin", stdin=PASSWORD)
    yield made[0], made[1]
    if server:
        server.stop()


def server_programs() -> str:
    """The folder of PostgreSQL's programs of the server's major version."""
    wanted = str(connection.pg_version // 10_000)  # type: ignore[attr-defined]  # of PostgreSQL's wrapper
    folders = [folder for folder in cluster.candidates() if (folder / "pg_dump").exists()]
    versions = {cluster.run(folder / "pg_dump", "--version").split()[2].split(".")[0]: folder for folder in folders}
    return str(versions[wanted])


@contextmanager
def another_session(system: System) -> Iterator[None]:
    """A web server, say, that has read the database and stays connected."""
    connected: sqlite3.Connection | psycopg.Connection[tuple[object, ...]]
    if IS_SQLITE:
        connected = sqlite3.connect(system.data / "newsletter.sqlite3")
    else:
        connected = psycopg.connect(system.environment["DATABASE_URL"], autocommit=True)
    try:
        connected.execute("SELECT count(*) FROM django_migrations").fetchone()
        yield
    finally:
        connected.close()


def ok(system: System, *words: object, stdin: str = "") -> str:
    said = system.say(*words, stdin=stdin)
    assert said.status == 0, said.err
    return said.out


def test_a_restored_installation_has_the_data_pictures_and_keys_and_sends_nothing_until_it_is_confirmed(
    two: tuple[System, System], tmp_path: Path
) -> None:
    first, second = two
    assert first.tell("environment", "show")["may_send"] is True
    (first.data / "pictures").mkdir(exist_ok=True)
    (first.data / "pictures" / "a1b2.jpg").write_bytes(b"a picture")
    file = tmp_path / "backup.tar.gz"
    ok(first, "backup", file)
    assert file.stat().st_mode & 0o777 == 0o600
    refused = first.say("backup", file)
    assert (refused.status, "exists already" in refused.err) == (1, True)
    said = ok(second, "restore", file)
    assert "Nothing is sent from here until you run: newsletter environment confirm" in said
    assert "SECRET_KEY" not in said, "the key came with the backup"
    assert (second.data / "secret-key").read_text() == (first.data / "secret-key").read_text()
    assert (second.data / "pictures" / "a1b2.jpg").read_bytes() == b"a picture"
    assert [user["email"] for user in second.tell("users", "list")] == ["otto@example.org"]
    assert second.tell("environment", "show")["may_send"] is False
    ok(second, "environment", "confirm", "--name", "production", "--yes")
    assert second.tell("environment", "show")["may_send"] is True
    assert [path.name for path in second.data.iterdir() if path.name.startswith(("restore-", "backup-"))] == []
    again = second.say("restore", file)
    assert (again.status, "The database has tables" in again.err) == (1, True)
    ok(second, "restore", file, "--replace", "--yes")
    assert second.tell("environment", "show")["may_send"] is False, "also when it is restored where it was"
    with another_session(second):
        in_use = second.say("restore", file, "--replace", "--yes")
        assert (in_use.status, "1 other session uses the database" in in_use.err) == (1, True)
    assert [user["email"] for user in second.tell("users", "list")] == ["otto@example.org"], "nothing was changed"


@pytest.mark.skipif(not IS_SQLITE, reason="SQLite copies by its own connection; PostgreSQL by a program")
@pytest.mark.django_db
def test_a_copy_does_not_wait_for_an_open_transaction_and_leaves_out_what_it_wrote(tmp_path: Path) -> None:
    heartbeats.record_queue("dispatch", waiting=1, oldest_seconds=1, now=clock.now())  # in the test's transaction
    database_copies.copy_to(tmp_path / "copy.sqlite3")
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        assert copy.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 0
        assert not copy.execute("SELECT * FROM ops_queuedepthreading").fetchall()


def test_a_damaged_backup_changes_nothing(two: tuple[System, System], tmp_path: Path) -> None:
    first, second = two
    file = tmp_path / "backup.tar.gz"
    ok(first, "backup", file)
    whole = file.read_bytes()
    for damaged in (whole[:-2000], b"not an archive", b"", whole[:200] + b"\0" + whole[201:]):
        file.write_bytes(damaged)
        refused = second.say("restore", file)
        assert refused.status == 1
        assert "is no backup" in refused.err or "damaged" in refused.err or "manifest" in refused.err
    file.write_bytes(whole)
    ok(second, "restore", file)


@pytest.mark.skipif(not IS_SQLITE, reason="a file that can be damaged")
def test_a_damaged_database_is_replaced_by_its_backup(two: tuple[System, System], tmp_path: Path) -> None:
    first, second = two
    ok(first, "backup", tmp_path / "backup.tar.gz")
    second.data.mkdir(exist_ok=True)
    (second.data / "newsletter.sqlite3").write_bytes(b"not a database " * 1000)
    kept = second.say("restore", tmp_path / "backup.tar.gz")
    assert (kept.status, "--replace" in kept.err) == (1, True), kept.err
    ok(second, "restore", tmp_path / "backup.tar.gz", "--replace", "--yes")
    assert [user["email"] for user in second.tell("users", "list")] == ["otto@example.org"]


def refused(manifest: BackupManifest, *, replace: bool = True) -> str:
    """Why a backup with this manifest is not restored into the database of this test."""
    stream = io.BytesIO()
    ArchiveWriter(stream).finish(manifest)
    with pytest.raises(InvalidState) as refusal:
        restore_backup(io.BytesIO(stream.getvalue()), replace=replace, now=clock.now())
    return str(refusal.value)


@pytest.mark.django_db
def test_nothing_is_restored_into_a_database_that_workers_use() -> None:
    ours = dataclasses.replace(MANIFEST, database=connection.vendor)
    assert "The database has tables" in refused(ours, replace=False)
    heartbeats.record_worker("worker@here", queues=["sending"], now=clock.now())
    assert "Workers use the database" in refused(ours)


@pytest.mark.django_db
def test_a_backup_of_another_database_or_of_a_newer_release_is_not_restored() -> None:
    assert "DATABASE_URL names" in refused(dataclasses.replace(MANIFEST, database="oracle"))
    newer = dataclasses.replace(MANIFEST, database=connection.vendor, migrations=["ops.0999_later"], version="9")
    assert "newer release (9)" in refused(newer)


def test_an_archive_without_a_database_replaces_nothing(two: tuple[System, System], tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    with file.open("wb") as stream:
        ArchiveWriter(stream).finish(dataclasses.replace(MANIFEST, database=connection.vendor))
    refused = two[0].say("restore", file, "--replace", "--yes")
    assert (refused.status, "has no database" in refused.err) == (1, True), refused.err
    assert [user["email"] for user in two[0].tell("users", "list")] == ["otto@example.org"]


# --- the archive ---------------------------------------------------------------------------


def archive(**members: bytes) -> bytes:
    """An archive with a manifest and these members."""
    made, stream = io.BytesIO(), io.BytesIO()
    writer = ArchiveWriter(stream)
    writer.finish(MANIFEST)
    with gzip.open(io.BytesIO(stream.getvalue())) as packed, tarfile.open(fileobj=packed) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest
        content = manifest.read()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        for name, body in {**members, "manifest.json": members.get("manifest.json", content)}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))
    return made.getvalue()


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "pictures/../../outside"])
def test_a_member_outside_of_the_archive_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(NewsletterError, match="outside of it"):
        backup_archive.extract(io.BytesIO(archive(**{name: b"x"})), tmp_path / "in")
    assert list(tmp_path.iterdir()) == [tmp_path / "in"]


def test_a_member_that_the_manifest_does_not_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NewsletterError, match=r"damaged: pictures/new\.jpg"):
        backup_archive.extract(io.BytesIO(archive(**{"pictures/new.jpg": b"x"})), tmp_path)


def test_a_manifest_of_another_format_is_refused(tmp_path: Path) -> None:
    other = json.dumps({"format": 2}).encode()
    with pytest.raises(NewsletterError, match="another release"):
        backup_archive.extract(io.BytesIO(archive(**{"manifest.json": other})), tmp_path)


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        entry = tarfile.TarInfo("database.sqlite3")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(entry)
    with pytest.raises(NewsletterError, match="not a plain file"):
        backup_archive.extract(io.BytesIO(made.getvalue()), tmp_path)


@pytest.mark.skipif(IS_SQLITE, reason="SQLite needs no programs")
@pytest.mark.django_db(transaction=True)
def test_programs_of_another_version_are_refused_before_anything_is_changed(settings: Settings, tmp_path: Path) -> None:
    """A newer pg_dump writes what the server refuses when it is restored."""
    for name in ("pg_dump", "pg_restore"):
        other = tmp_path / name
        other.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) 99.1'\n")
        other.chmod(0o755)
    settings.POSTGRES_PROGRAMS = str(tmp_path)
    with pytest.raises(NewsletterError, match="is of version 99, the server of"):
        database_copies.copy_to(tmp_path / "copy.dump")
    with pytest.raises(NewsletterError, match="is of version 99, the server of"):
        database_copies.load_from(tmp_path / "copy.dump")
    assert not database_copies.is_empty()
