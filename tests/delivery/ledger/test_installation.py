"""A copied or restored database sends nothing until a person says what it is now."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import override_settings
from psycopg import sql

from newsletter.delivery.dispatches import confirm_installation, control_dispatch
from newsletter.delivery.ledger import installation
from newsletter.delivery.models import Dispatch, Installation
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import DispatchState
from newsletter.editions.models import EditionState
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.support.postgres import Postgres
from tests.support.system import System
from workers.tasks import dispatch as tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def copied() -> Callable[[], None]:
    """Turns the database into one that was stamped in another place."""

    def copy() -> None:
        installation.check()
        stamp = Installation.objects.get()
        stamp.fingerprint = dict.fromkeys(stamp.fingerprint, "elsewhere")
        stamp.save()
        installation.reset_cache()

    return copy


def test_a_house_stamps_itself_and_stays_ours() -> None:
    assert installation.is_current()
    installation.reset_cache()
    assert installation.is_current()
    assert Installation.objects.get().installation_id == installation.cached_id()


def test_a_copy_is_logged_once_and_not_at_every_check(
    copied: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    copied()
    for _ in range(3):
        assert installation.check(fresh=True).difference
    assert [one.message for one in caplog.records if "environment.strange" in one.message] == [caplog.messages[-1]]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL says itself who it is")
def test_a_file_is_known_by_its_number() -> None:
    assert installation.fingerprint()["file"] == str(Path(connection.settings_dict["NAME"]).stat().st_ino)


def test_a_copy_sends_nothing_until_it_is_confirmed_and_resumed(
    opened: Callable[..., Dispatch],
    copied: Callable[[], None],
    client: Client,
    postbox: Postbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dispatch = opened(readers=3)
    due = [batch.pk for batch in dispatch.batches.all()]
    monkeypatch.setattr(tasks, "_client", lambda: client)
    monkeypatch.setattr(tasks, "_senders", lambda: send_batches.SendPool(1))
    copied()
    tasks.enqueue_due_dispatches()
    tasks.send(due)
    assert postbox.letters() == []
    with pytest.raises(InvalidState, match="newsletter environment confirm"):
        installation.require_current()

    assert confirm_installation.confirm(name="", by="otto@example.org", now=MONDAY) == (1, 1)
    tasks.send(due)
    dispatch.refresh_from_db()
    assert (dispatch.state, postbox.letters()) == (DispatchState.PAUSED, [])
    assert "copied or restored" in dispatch.reason

    control_dispatch.resume(dispatch)
    tasks.send(due)
    assert {letter["custom_args"]["nl_installation"] for letter in postbox.letters()} == {
        Installation.objects.get().installation_id
    }
    assert len(postbox.letters()) == 3


def test_a_copy_opens_no_edition_and_holds_it_when_confirmed(copied: Callable[[], None]) -> None:
    publication = make.publication()
    make.readers(publication, 1)
    edition = make.approved_edition(publication)
    later = make.edition(publication, due_at=MONDAY + timedelta(days=1))
    copied()
    tasks.open_due_edition(edition.pk)
    assert not Dispatch.objects.exists()
    assert confirm_installation.confirm(name="", by="otto@example.org", now=MONDAY) == (0, 2)
    edition.refresh_from_db()
    later.refresh_from_db()  # the original may have sent it early, and the queue holds stories that readers had
    assert (edition.state, later.state) == (EditionState.HELD, EditionState.HELD)


def test_a_name_that_differs_from_the_setting_stops_it() -> None:
    with override_settings(ENVIRONMENT="production"):
        assert installation.is_current()
    installation.reset_cache()
    with override_settings(ENVIRONMENT="staging"):
        assert "'staging'" in installation.check().difference
        with pytest.raises(BadInput):
            confirm_installation.confirm(name="production", by="otto@example.org", now=MONDAY)
        confirm_installation.confirm(name="staging", by="otto@example.org", now=MONDAY)
        assert installation.is_current()


def test_events_of_another_house_are_told_from_ours_and_from_those_before_the_copy(
    opened: Callable[..., Dispatch], copied: Callable[[], None]
) -> None:
    copied()
    before = installation.check().installation_id
    batch = opened().batches.get()
    latest = batch.attempts.create(ordinal=1, fence=1, began_at=MONDAY, status="accepted").pk
    confirm_installation.confirm(name="", by="otto@example.org", now=MONDAY)
    assert installation.is_own_event(Installation.objects.get().installation_id, latest + 1)
    assert installation.is_own_event(before, latest)
    assert not installation.is_own_event(before, latest + 1)
    assert not installation.is_own_event("another", latest)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a file is copied")
def test_a_copied_file_refuses_and_the_original_goes_on(tmp_path: Path) -> None:
    first, second = System(_folder(tmp_path / "one")), System(_folder(tmp_path / "two"))
    _ok(first, "migrate")
    assert _may_send(first)
    shutil.copytree(first.data, second.data)
    assert not _may_send(second)
    assert "newsletter environment confirm" in second.say("status").out
    assert "environment-unconfirmed" in second.say("check").out
    password = "a long way home"
    _ok(second, "users", "add", "otto@example.org", "--role", "ops", "--password-stdin", stdin=password)
    _ok(second, "environment", "confirm", "--name", "trial", "--by", "otto@example.org", "--yes")
    assert _may_send(second)
    assert _may_send(first)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a database is made from a template")
def test_a_database_made_from_another_refuses_also_for_an_ordinary_role(tmp_path: Path) -> None:
    server = Postgres(os.environ["TEST_DATABASE_URL"])
    one = server.new()
    two, role = one.rpartition("/")[2] + "_copy", f"plain_{os.getpid()}"
    with psycopg.connect(server.url(), autocommit=True) as admin:
        try:
            first = System(_folder(tmp_path / "one"), DATABASE_URL=one)
            _ok(first, "migrate")
            assert _may_send(first)
            source = sql.Identifier(one.rpartition("/")[2])
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(two), source))
            second = System(_folder(tmp_path / "two"), DATABASE_URL=server.url(two))
            assert not _may_send(second)
            assert _may_send(first)
            admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
            admin.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
            for statement in installation.PARTS.values():
                assert admin.execute(statement).fetchone()
        finally:
            admin.execute("RESET ROLE")
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(two)))
            server.stop()


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _ok(system: System, *words: str, stdin: str = "") -> None:
    said = system.say(*words, stdin=stdin)
    assert said.status == 0, said.err


def _may_send(system: System) -> bool:
    return bool(system.tell("environment", "show")["may_send"])


def test_a_restart_after_which_the_file_system_has_another_id_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL says itself who it is")
    before = installation.fingerprint()
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result(range(11)))  # as XFS takes it from the device
    assert installation.fingerprint() == before


def test_a_copy_of_a_file_is_another_one_even_where_it_gets_the_same_number(tmp_path: Path) -> None:
    file = tmp_path / "newsletter.sqlite3"
    file.write_bytes(b"one")
    made = installation._made_at(file)
    assert installation._made_at(file) == made
    if not made:
        pytest.skip("this file system does not keep when a file was made")
    shutil.copy2(file, tmp_path / "copy")
    assert installation._made_at(tmp_path / "copy") != made
    assert installation._made_at(tmp_path / "not there") == {}
