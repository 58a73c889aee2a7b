from datetime import timedelta

import pytest

from newsletter.accounts.models import User
from newsletter.delivery.dispatches import open_dispatch, prune_batches
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.states import AttemptStatus, BatchState
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make


@pytest.fixture
def dispatch(publication: Publication, settings: object) -> Dispatch:
    """Five readers in three batches; nobody knows what became of the second."""
    settings.DISPATCH_BATCH_SIZE = 2  # type: ignore[attr-defined]  # pytest-django's settings
    make.readers(publication, 5)
    now = clock.now()
    edition = make.approved_edition(publication, due_at=now - timedelta(minutes=1))
    opened = open_dispatch.open_dispatch(edition.pk, now=now)
    assert opened
    for batch in opened.batches.filter(number=2):
        Attempt.objects.create(
            batch=batch,
            ordinal=1,
            fence=1,
            began_at=now,
            ended_at=now,
            status=AttemptStatus.UNCERTAIN,
            detail="no answer",
        )
        batch.state, batch.submitted = BatchState.UNCERTAIN, batch.count
        batch.save()
    return opened


def test_a_dispatch_is_shown_in_numbers_of_readers(newsletter: Command, dispatch: Dispatch) -> None:
    result = newsletter("dispatches", "show", dispatch.edition_id, "--json").data
    assert (result["edition"], result["publication"], result["state"]) == (dispatch.edition_id, "morning", "open")
    progress = result["progress"]
    assert (progress["planned"], progress["uncertain"], progress["waiting"], progress["adds_up"]) == (5, 2, 3, True)
    assert result["uncertain"] == [{"batch": 2, "readers": 2}]
    assert (
        "phase sending candidates 5 planned 5 accepted 0 uncertain 2 waiting 3 totals match yes"
        in newsletter("dispatches", "show", dispatch.edition_id).text
    )


def test_an_edition_without_a_dispatch_is_refused(newsletter: Command, publication: Publication) -> None:
    edition = make.edition(publication, due_at=clock.now() + timedelta(hours=1))
    assert (
        newsletter("dispatches", "show", edition.pk).err
        == f"Edition {edition.pk} is planned and has no dispatch yet.\n"
    )


def test_settling_warns_and_needs_confirmation(newsletter: Command, dispatch: Dispatch, otto: User) -> None:
    result = newsletter("dispatches", "settle", dispatch.edition_id, "send-again")
    assert (result.status, result.out) == (1, "")
    assert "Give --yes." in result.err
    assert dispatch.batches.filter(state=BatchState.UNCERTAIN).count() == 1


def test_a_user_counts_a_batch_as_accepted(newsletter: Command, dispatch: Dispatch, otto: User) -> None:
    result = newsletter("dispatches", "settle", dispatch.edition_id, "count-as-accepted", "--yes", "--json").data
    assert (result["progress"]["accepted"], result["uncertain"]) == (2, [])
    assert Attempt.objects.get().settled_by.startswith("Otto")
    again = newsletter("dispatches", "settle", dispatch.edition_id, "count-as-accepted", "--yes")
    assert (again.status, again.err) == (1, f"Edition {dispatch.edition_id} has no uncertain batch.\n")


def test_one_batch_is_sent_again(newsletter: Command, dispatch: Dispatch, otto: User) -> None:
    settle = ("dispatches", "settle", dispatch.edition_id, "send-again", "--yes")
    assert newsletter(*settle, "--batch", 1).status == 1
    assert newsletter(*settle, "--batch", 2, "--json").data["progress"]["waiting"] == 5


def test_settling_needs_the_permission_to_operate(newsletter: Command, dispatch: Dispatch, eddie: User) -> None:
    settle = ("dispatches", "settle", dispatch.edition_id, "send-again", "--yes")
    assert newsletter(*settle).status == 1
    assert "which does not permit this" in newsletter(*settle, "--by", "eddie@example.org").err


def test_an_editor_pauses_a_dispatch_as_on_its_page(newsletter: Command, dispatch: Dispatch) -> None:
    make.eddie()
    pause = ("dispatches", "pause", dispatch.edition_id, "--reason", "A wrong name.", "--by", "eddie@example.org")
    assert newsletter(*pause, "--json").data["state"] == "paused"


def test_a_dispatch_is_paused_resumed_and_stopped(newsletter: Command, dispatch: Dispatch) -> None:
    number = dispatch.edition_id
    assert newsletter("dispatches", "pause", number, "--reason", "A wrong name.", "--json").data["state"] == "paused"
    assert "at the command line: A wrong name." in newsletter("dispatches", "show", number).text
    assert newsletter("dispatches", "resume", number, "--json").data["state"] == "open"
    unasked = newsletter("dispatches", "stop", number, "--reason", "Enough.")
    assert unasked.status == 1
    assert newsletter("dispatches", "stop", number, "--reason", "Enough.", "--yes", "--json").data["state"] == "stopped"
    assert "at the command line: Enough." in newsletter("dispatches", "show", number).text
    assert newsletter("dispatches", "resume", number).status == 1


def test_one_refused_batch_is_retried(newsletter: Command, dispatch: Dispatch) -> None:
    Batch.objects.filter(number=1).update(state=BatchState.REFUSED, submitted=2)
    retry = ("dispatches", "retry", dispatch.edition_id, "--batch")
    assert newsletter("dispatches", "show", dispatch.edition_id, "--json").data["refused"] == [
        {"batch": 1, "readers": 2}
    ]
    assert newsletter(*retry, 1, "--json").data["refused"] == []
    assert "is no longer refused" in newsletter(*retry, 1).err
    assert newsletter(*retry, 9).err == f"Edition {dispatch.edition_id} has no batch 9.\n"


def test_missing_readers_are_exported_one_a_line(newsletter: Command, dispatch: Dispatch) -> None:
    lines = newsletter("dispatches", "missing", dispatch.edition_id).out.splitlines()
    assert lines[0] == "email,state,reason,batch,since"
    assert [line.split(",")[1:4] for line in lines[1:]] == [
        *[["waiting", "", "1"]] * 2,
        *[["uncertain", "no answer", "2"]] * 2,
        ["waiting", "", "3"],
    ]


def test_leave_out_is_refused_while_readers_wait(newsletter: Command, dispatch: Dispatch, otto: User) -> None:
    result = newsletter("dispatches", "leave-out", dispatch.edition_id, "--by", otto.email, "--yes")
    assert result.status != 0
    assert "once all else is sent" in result.err


def test_old_dispatches_show_their_numbers_and_say_that_names_are_deleted(
    newsletter: Command, dispatch: Dispatch, otto: User
) -> None:
    newsletter("dispatches", "settle", dispatch.edition_id, "count-as-accepted", "--yes")
    before = newsletter("dispatches", "stop", dispatch.edition_id, "--reason", "Enough.", "--yes", "--json").data
    later = clock.now() + timedelta(days=401)
    prune_batches.prune(now=later)
    prune_batches.prune(now=later + timedelta(minutes=1))
    assert not Batch.objects.exists()
    after = newsletter("dispatches", "show", dispatch.edition_id, "--json").data
    assert after["progress"] == before["progress"]
    assert (after["progress"]["accepted"], after["progress"]["waiting"]) == (2, 3)
    assert f"batches deleted {later:%Y-%m-%d}" in newsletter("dispatches", "show", dispatch.edition_id).text
    missing = newsletter("dispatches", "missing", dispatch.edition_id)
    assert missing.status == 1
    assert missing.err == (
        f"The batches of edition {dispatch.edition_id} were deleted on {later:%Y-%m-%d}. Only the numbers are left.\n"
    )
