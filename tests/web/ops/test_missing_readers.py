"""Readers who did not receive an edition: the page and its CSV file."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from newsletter.audience.models import Subscriber
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.delivery.dispatches import open_dispatch, prune_batches
from newsletter.delivery.ledger import missing_readers
from newsletter.delivery.ledger.missing_readers import MissingReader, MissingState
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def dispatch(publication: Publication) -> Dispatch:
    """Opened for 250 readers in one batch."""
    make.readers(publication, 250)
    edition = make.approved_edition(publication, due_at=clock.now() - timedelta(minutes=1))
    dispatch = open_dispatch.open_dispatch(edition.pk, now=clock.now())
    assert dispatch
    return dispatch


def refused_alone(dispatch: Dispatch) -> Subscriber:
    """One reader stands in a batch of their own, refused; all others are accepted."""
    person = Subscriber.objects.order_by("pk")[0]
    whole = dispatch.batches.get()
    alone = Batch.objects.create(
        dispatch=dispatch, number=2, letter=whole.letter, subscribers=bytes(whole.subscribers)[:8], count=1,
        due_at=whole.due_at, state=BatchState.REFUSED, submitted=1, split_from=whole,
    )  # fmt: skip
    Batch.objects.filter(pk=whole.pk).update(
        state=BatchState.ACCEPTED, subscribers=bytes(whole.subscribers)[8:], count=249, submitted=249
    )
    now = clock.now()
    Attempt.objects.create(
        batch=alone,
        ordinal=1,
        fence=1,
        began_at=now,
        ended_at=now,
        status=AttemptStatus.REFUSED,
        http_status=400,
        detail="HTTP 400 – to: no",
    )
    Attempt.objects.create(batch=whole, ordinal=1, fence=1, began_at=now, ended_at=now, status=AttemptStatus.ACCEPTED)
    Dispatch.objects.update(state=DispatchState.ATTENTION)
    return person


def test_readers_are_shown_by_the_hundred(otto: Client, dispatch: Dispatch) -> None:
    page = otto.get(f"/ops/dispatches/{dispatch.pk}/missing/")
    assert page.content.decode().count("@readers.example") == 100
    assert "Waiting: 250" in words(page)
    assert "Page 1 of 3" in words(page)
    last = otto.get(f"/ops/dispatches/{dispatch.pk}/missing/?page=99&state=waiting")
    assert last.content.decode().count("@readers.example") == 50


def test_a_state_that_does_not_exist_is_not_found(otto: Client, dispatch: Dispatch) -> None:
    assert otto.get(f"/ops/dispatches/{dispatch.pk}/missing/?state=lost").status_code == 404


def test_the_file_holds_everybody(otto: Client, dispatch: Dispatch) -> None:
    answer = otto.get(f"/ops/dispatches/{dispatch.pk}/missing.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # the file is streamed
    assert len(text.splitlines()) == 251
    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Cache-Control"] == "no-store"
    record = Record.objects.get(act=Act.READERS_EXPORTED)
    assert record.details == {"what": f"who did not get edition {dispatch.edition_id}"}


def test_a_file_says_how_long_it_is_so_that_one_cut_off_is_noticed(otto: Client, dispatch: Dispatch) -> None:
    answer = otto.get(f"/ops/dispatches/{dispatch.pk}/missing.csv")
    text = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert int(answer["Content-Length"]) == len(text)
    assert answer["Content-Disposition"] == f'attachment; filename="missing-edition-{dispatch.edition_id}.csv"'


def test_a_file_that_the_database_breaks_off_is_an_error_and_not_half_a_file(
    otto: Client, dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: object, **__: object) -> Iterator[MissingReader]:
        yield MissingReader("first@readers.example", MissingState.WAITING, "", 1, None)
        raise OperationalError("cursor does not exist")

    monkeypatch.setattr(missing_readers, "missing_readers", break_off)
    otto.raise_request_exception = False
    assert otto.get(f"/ops/dispatches/{dispatch.pk}/missing.csv").status_code == 500


def test_a_curator_sees_no_list_of_readers(cora: Client, dispatch: Dispatch) -> None:
    assert cora.get(f"/ops/dispatches/{dispatch.pk}/missing/").status_code == 403
    assert cora.get(f"/ops/dispatches/{dispatch.pk}/missing.csv").status_code == 403


def test_one_who_was_refused_is_named_and_may_be_left_out(otto: Client, dispatch: Dispatch) -> None:
    person = refused_alone(dispatch)
    page = words(otto.get(f"/ops/dispatches/{dispatch.pk}/missing/"))
    assert f"{person.email} refused HTTP 400 – to: no 2" in page
    said = words(otto.post(f"/ops/dispatches/{dispatch.pk}/leave-out/", follow=True))
    assert "1 refused reader is excluded" in said
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.FINISHED
    again = words(otto.post(f"/ops/dispatches/{dispatch.pk}/leave-out/", follow=True))
    assert "refused readers can be excluded once all else is sent" in again


def test_the_ops_page_leads_there(otto: Client, dispatch: Dispatch) -> None:
    assert f"/ops/dispatches/{dispatch.pk}/missing/" in otto.get("/ops/").content.decode()


def test_after_its_batches_were_deleted_only_the_numbers_are_left(otto: Client, dispatch: Dispatch) -> None:
    refused_alone(dispatch)
    Dispatch.objects.update(state=DispatchState.STOPPED)
    later = clock.now() + timedelta(days=401)
    prune_batches.prune(now=later)
    prune_batches.prune(now=later + timedelta(minutes=1))
    assert not Batch.objects.exists()
    page = words(otto.get(f"/ops/dispatches/{dispatch.pk}/missing/"))
    assert "Refused: 1. Who they were is no longer stored" in page
    assert f"deleted on {later:%Y-%m-%d}" in page
    assert "Download CSV" not in page
    assert otto.get(f"/ops/dispatches/{dispatch.pk}/missing.csv").status_code == 404
