"""Who did not get an edition is named one by one, and the numbers are those of its progress."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.audience import subscriptions
from newsletter.audience.models import Subscriber
from newsletter.audience.suppressions import suppress
from newsletter.delivery.dispatches import control_dispatch, settle_batch
from newsletter.delivery.ledger import missing_readers
from newsletter.delivery.ledger.missing_readers import MissingState
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Dispatch
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import BatchState
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox
from tests.delivery.dispatches.test_split_batch import send_all, spoil
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
Opener = Callable[..., Dispatch]


def who(dispatch: Dispatch, **said: object) -> list[tuple[str, str, str]]:
    return [(one.email, one.state.value, one.reason) for one in missing_readers.missing_readers(dispatch, **said)]  # type: ignore[arg-type]


def adds_up(dispatch: Dispatch) -> bool:
    """The list, its counts and the progress agree, also page by page."""
    everybody, counts, done = (
        list(missing_readers.missing_readers(dispatch)),
        missing_readers.missing_counts(dispatch),
        progress(dispatch),
    )
    by_page = [
        one for start in range(0, len(everybody), 2) for one in missing_readers.page(dispatch, start=start, limit=2)
    ]
    by_state = {state: len(list(missing_readers.missing_readers(dispatch, only=state))) for state in MissingState}
    return (
        by_page == everybody
        and by_state == counts
        and len(everybody) == sum(counts.values()) == done.planned - done.accepted
        and counts[MissingState.LEFT] == done.left_since
        and counts[MissingState.REFUSED] == done.refused
        and counts[MissingState.UNCERTAIN] == done.uncertain
        and counts[MissingState.WAITING] + counts[MissingState.UNSENT] == done.waiting
    )


def test_before_the_first_call_everybody_waits(opened: Opener) -> None:
    dispatch = opened(readers=5, size=2)
    assert {state for _, state, _ in who(dispatch)} == {"waiting"}
    assert adds_up(dispatch)


def test_when_all_are_accepted_nobody_is_missing(opened: Opener, client: Client) -> None:
    dispatch = opened(readers=5, size=2)
    send_all(client)
    assert who(dispatch) == []
    assert adds_up(dispatch)


def test_everybody_else_gets_the_letter_once_and_the_refused_are_named_in_the_providers_words(
    opened: Opener, client: Client, postbox: Postbox
) -> None:
    dispatch = opened(readers=12, size=6)
    bad = spoil([2, 7])
    send_all(client)
    names = {f"not an address {pk}@readers.example" for pk in bad}
    assert {email for email, _, _ in who(dispatch)} == names
    assert all(state == "refused" and "email" in reason for _, state, reason in who(dispatch))
    assert (postbox.counts()["addresses"], postbox.counts()["accepted_twice"]) == (10, 0)
    assert adds_up(dispatch)
    dispatch.refresh_from_db()
    control_dispatch.leave_out_refused(dispatch, by="Otto", now=MONDAY)
    assert [(state, reason[:9]) for _, state, reason in who(dispatch)] == [("left", "excluded:")] * 2
    assert adds_up(dispatch)


def test_those_who_left_since_planning_are_named_with_why_and_since_when(opened: Opener, client: Client) -> None:
    dispatch = opened(readers=4, size=2)
    one, two, three, _ = Subscriber.objects.order_by("pk")
    since = MONDAY - timedelta(seconds=5)
    subscriptions.unsubscribe(
        subscriber_id=one.pk, publication_id=dispatch.edition.publication_id, by="one-click", now=since
    )
    suppress(two.email, reason="complaint")
    three.delete()
    send_all(client)
    assert who(dispatch) == [
        (one.email, "left", "unsubscribed"),
        (two.email, "left", "suppressed address"),
        ("", "left", "erased"),
    ]
    assert next(missing_readers.missing_readers(dispatch)).since == since
    assert adds_up(dispatch)


def test_doubt_is_named_until_it_is_settled(opened: Opener, client: Client, postbox: Postbox) -> None:
    postbox.order(do="drop", accept=True)
    dispatch = opened(readers=3)
    send_batches.send(dispatch.batches.get().pk, client=client, clock=lambda: MONDAY)
    assert {state for _, state, _ in who(dispatch)} == {"uncertain"}
    assert all(reason for _, _, reason in who(dispatch))
    assert adds_up(dispatch)
    settle_batch.count_as_accepted(dispatch.batches.get(), by="Otto", now=MONDAY)
    assert who(dispatch) == []


def test_who_waited_when_it_was_stopped_is_unsent(opened: Opener, client: Client) -> None:
    dispatch = opened(readers=4, size=2)
    send_batches.send(dispatch.batches.get(number=1).pk, client=client, clock=lambda: MONDAY)
    control_dispatch.stop(dispatch, reason="A mistake in the headline.", now=MONDAY)
    assert [state for _, state, _ in who(dispatch)] == ["unsent"] * 2
    assert {one.batch for one in missing_readers.missing_readers(dispatch)} == {2}
    assert adds_up(dispatch)


def test_a_batch_tried_again_after_somebody_left_counts_them_by_its_latest_call(opened: Opener, client: Client) -> None:
    dispatch = opened(readers=2)
    dispatch.batches.update(state=BatchState.PENDING, left_out={"left": [Subscriber.objects.order_by("pk")[0].pk]})
    assert [state for _, state, _ in who(dispatch)] == ["waiting"] * 2
    assert adds_up(dispatch)


def test_the_file_has_a_header_and_no_cell_that_a_spreadsheet_would_run(opened: Opener) -> None:
    dispatch = opened(readers=1)
    Subscriber.objects.update(email="=cmd@readers.example")
    lines = list(missing_readers.lines(missing_readers.missing_readers(dispatch)))
    assert "".join(lines).splitlines()[0] == "email,state,reason,batch,since"
    assert "".join(lines).splitlines()[1].startswith("'=cmd@readers.example,waiting,,1,2026-11-23T")


def test_the_number_of_queries_does_not_depend_on_the_batches(opened: Opener, client: Client) -> None:
    def queries(readers: int) -> int:
        dispatch = opened(readers=readers, size=1)
        with CaptureQueriesContext(connection) as seen:
            assert len(missing_readers.page(dispatch, start=0, limit=20)) == min(20, readers)
        return len(seen)

    assert queries(2) == queries(18) <= 4
