"""The ops page: what it says of the system, and its buttons."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.lib import clock
from newsletter.ops import heartbeats, queue_history
from newsletter.ops.release_starts import record_start
from newsletter.ops.system_status import WORKER_QUEUES
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import follow, words


def all_read(*, now: datetime) -> None:
    for name in WORKER_QUEUES:
        heartbeats.record_queue(name, waiting=3, oldest_seconds=90, now=now)
    heartbeats.record_worker("one", queues=WORKER_QUEUES, now=now)


@pytest.fixture
def dispatch(publication: Publication) -> Dispatch:
    """Opened for ten readers in one batch."""
    make.readers(publication, 10)
    edition = make.approved_edition(publication, due_at=clock.now() - timedelta(minutes=1))
    dispatch = open_dispatch.open_dispatch(edition.pk, now=clock.now())
    assert dispatch
    return dispatch


@pytest.fixture
def uncertain(dispatch: Dispatch) -> Batch:
    """The provider was asked and never heard."""
    now = clock.now()
    batch = dispatch.batches.get()
    batch.state, batch.submitted = BatchState.UNCERTAIN, 10
    batch.save()
    Attempt.objects.create(
        batch=batch, ordinal=1, fence=1, began_at=now, ended_at=now, status=AttemptStatus.UNCERTAIN, detail="No answer."
    )
    Dispatch.objects.update(state=DispatchState.ATTENTION, reason="Settle them.")
    return batch


@pytest.mark.django_db
def test_a_house_where_no_worker_ever_reported_says_so(otto: Client) -> None:
    page = words(otto.get("/ops/"))
    assert "No worker has reported yet" in page
    assert "No data yet" in page
    assert "No upcoming editions" in page


@pytest.mark.django_db
def test_fresh_readings_are_shown_and_all_is_well(otto: Client) -> None:
    all_read(now=clock.now())
    page = words(otto.get("/ops/"))
    assert "All systems normal." in page
    assert page.count("Oldest 2 min Waiting 3 Taken 0/min Workers 1 alive") + page.count(
        "Oldest 1 min Waiting 3 Taken 0/min Workers 1 alive"
    ) == len(WORKER_QUEUES)


@pytest.mark.django_db
def test_a_stale_reading_is_said_to_be_stale(otto: Client) -> None:
    all_read(now=clock.now() - timedelta(minutes=3))
    page = words(otto.get("/ops/"))
    assert page.count("Out of date: updated 3 min ago") == len(WORKER_QUEUES)
    assert "none alive" in page


def test_a_dispatch_shows_the_whole_sum(otto: Client, dispatch: Dispatch) -> None:
    page = words(otto.get("/ops/"))
    assert "Planned 10 = Accepted 0 + Refused 0 + Uncertain 0 + Waiting 10 + Unsubscribed since 0" in page
    assert "do not add up" not in page


def test_numbers_that_do_not_add_up_are_not_hidden(otto: Client, dispatch: Dispatch) -> None:
    Dispatch.objects.update(planned=11)
    assert "do not add up" in words(otto.get("/ops/"))


def test_the_page_includes_the_fragment_that_it_asks_for_anew(otto: Client, dispatch: Dispatch) -> None:
    all_read(now=clock.now())
    page, fragment = otto.get("/ops/"), otto.get("/ops/", headers={"HX-Request": "true"})
    assert b"<html" not in fragment.content
    assert b'hx-trigger="every 2s, refresh"' in fragment.content
    without_ages = [re.sub(r"Updated (now|\d+ s ago)", "", words(each)) for each in (fragment, page)]
    assert without_ages[0].partition("Updated at")[0] in without_ages[1]
    assert "HX-Request" in fragment["Vary"]


def test_a_dispatch_is_paused_and_resumed(otto: Client, dispatch: Dispatch) -> None:
    assert "Paused." in follow(otto.post(f"/ops/dispatches/{dispatch.pk}/pause/"), otto)
    assert "Paused by Otto." in words(otto.get("/ops/"))
    assert "Resume sending" in words(otto.get("/ops/"))
    assert "Resumed." in follow(otto.post(f"/ops/dispatches/{dispatch.pk}/resume/"), otto)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.OPEN


def test_an_editor_pauses_resumes_and_stops_what_is_being_sent_from_the_page_of_its_edition(
    eddie: Client, cora: Client, dispatch: Dispatch
) -> None:
    page = f"/editions/{dispatch.edition_id}/"
    assert "Pause sending" in words(eddie.get(page))
    assert "Pause sending" not in words(cora.get(page))
    for way, then in (("pause", "Paused by Eddie."), ("resume", "Sending")):
        answer = eddie.post(f"/ops/dispatches/{dispatch.pk}/{way}/?from=edition")
        assert answer["Location"] == page
        assert then in words(eddie.get(page))
        assert cora.post(f"/ops/dispatches/{dispatch.pk}/{way}/").status_code == 403
    stop = f"/ops/dispatches/{dispatch.pk}/stop/?from=edition"
    assert cora.post(stop, {"reason": "No."}).status_code == 403
    assert eddie.post(stop, {"reason": "The wrong picture."})["Location"] == page
    said = words(eddie.get(page))
    assert "Stopped by Eddie: The wrong picture. No more emails are sent." in said
    assert "Resume sending" not in said
    assert "Sent to all readers" not in said


def test_a_refused_batch_stands_with_its_reason_and_is_tried_again_by_itself(otto: Client, dispatch: Dispatch) -> None:
    now, batch = clock.now(), dispatch.batches.get()
    Batch.objects.update(state=BatchState.REFUSED, submitted=10)
    Dispatch.objects.update(state=DispatchState.ATTENTION)
    Attempt.objects.create(
        batch=batch,
        ordinal=1,
        fence=1,
        began_at=now,
        ended_at=now,
        status=AttemptStatus.REFUSED,
        detail="HTTP 400 – to: <b>no</b>",
    )
    page = otto.get("/ops/")
    assert "Batch 1, 10 readers HTTP 400 – to: <b>no</b>" in words(page)
    assert b"<b>no" not in page.content
    assert "Batch 1 will be retried." in follow(otto.post(f"/ops/batches/{batch.pk}/retry/"), otto)
    batch.refresh_from_db()
    assert batch.state == BatchState.PENDING
    assert "is no longer refused" in follow(otto.post(f"/ops/batches/{batch.pk}/retry/"), otto)


def test_what_is_finished_cannot_be_paused(otto: Client, dispatch: Dispatch) -> None:
    Dispatch.objects.update(state=DispatchState.FINISHED)
    for way in ("pause", "resume"):
        assert "it cannot become" in follow(otto.post(f"/ops/dispatches/{dispatch.pk}/{way}/"), otto)


def test_stopping_asks_for_a_reason_and_ends_it(otto: Client, dispatch: Dispatch) -> None:
    address = f"/ops/dispatches/{dispatch.pk}/stop/"
    assert "10 readers of 10 will not receive this edition" in words(otto.get(address))
    assert "This field is required." in words(otto.post(address, {"reason": " "}))
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.OPEN
    assert "Stopped." in follow(otto.post(address, {"reason": "The wrong letter."}), otto)
    assert "The wrong letter." in words(otto.get("/ops/"))
    assert "cannot become" in words(otto.post(address, {"reason": "Again."}))


def test_an_uncertain_batch_offers_both_ways_out_and_the_price(otto: Client, uncertain: Batch) -> None:
    page = words(otto.get("/ops/"))
    assert "Batch 1, 10 readers" in page
    assert "Send again: up to 10 readers may receive it twice" in page


@pytest.mark.parametrize("decision", ["accepted", "again"])
def test_settling_shows_the_evidence_before_anything_is_done(otto: Client, uncertain: Batch, decision: str) -> None:
    page = words(otto.get(f"/ops/batches/{uncertain.pk}/{decision}/"))
    assert "No answer." in page
    assert ("up to 10 readers will receive the email twice" in page) == (decision == "again")
    uncertain.refresh_from_db()
    assert uncertain.state == BatchState.UNCERTAIN


def test_counting_as_accepted_settles_it_once(otto: Client, uncertain: Batch) -> None:
    address = f"/ops/batches/{uncertain.pk}/accepted/"
    assert "Batch 1 now counts as accepted." in follow(otto.post(address), otto)
    assert "is no longer uncertain" in follow(otto.post(address), otto)
    uncertain.refresh_from_db()
    assert uncertain.state == BatchState.ACCEPTED
    assert uncertain.attempts.get().settled_by == "Otto: count as accepted"


def test_sending_again_puts_it_back_in_line_once(otto: Client, uncertain: Batch) -> None:
    address = f"/ops/batches/{uncertain.pk}/again/"
    assert "Batch 1 will be sent again." in follow(otto.post(address), otto)
    assert "is no longer uncertain" in follow(otto.post(address), otto)
    uncertain.refresh_from_db()
    assert uncertain.state == BatchState.PENDING


def test_a_batch_that_was_settled_meanwhile_says_so(otto: Client, uncertain: Batch) -> None:
    otto.post(f"/ops/batches/{uncertain.pk}/accepted/")
    assert "This batch is settled" in words(otto.get(f"/ops/batches/{uncertain.pk}/again/"))


def test_there_is_no_third_way(otto: Client, uncertain: Batch) -> None:
    for ask in (otto.get, otto.post):
        assert ask(f"/ops/batches/{uncertain.pk}/forget/").status_code == 404


@pytest.mark.django_db
def test_the_chart_shows_a_day_or_a_month_as_asked(otto: Client) -> None:
    now = clock.now()
    queue_history.record_sample(heartbeats.queues(["sending"], []), now=now)
    record_start("1.1", now=now)
    assert "In the last 24 hours the oldest task waited" in words(otto.get("/ops/"))
    month = words(otto.get("/ops/?over=30d"))
    assert "In the last 30 days the oldest task waited" in month
    assert "Vertical lines: another release started." in month
    assert "Release 1.1 started at" in month
    assert "In the last 24 hours" in words(otto.get("/ops/?over=odd"))
