"""Submitting ahead under whatever happens, in any order: lost answers, lost workers, lost cancels, a person's word.

At the end the postbox is the witness: nobody has two letters, nobody one too early, and everybody of
whom the ledger says so has one.
"""

import operator
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.audience.models import Subscriber
from newsletter.delivery import addressing, ahead, recovery, sending, settling, steering
from newsletter.delivery.models import Attempt, Batch, BatchState, DispatchState, Fate
from newsletter.delivery.packing import unpack
from newsletter.delivery.progress import progress
from newsletter.lib.errors import NotAllowed
from newsletter.mail.errors import DispatchError
from newsletter.mail.letters import Receipt
from tests.delivery.living import DUE, House, living

pytestmark = pytest.mark.django_db

bad = st.fixed_dictionaries(
    {
        "call": st.sampled_from(["send", "send", "batch", "scheduled_sends", "scheduled_sends"]),
        "do": st.sampled_from(["drop", "reset", "cut", "status"]),
        "accept": st.booleans(),
        "times": st.sampled_from([1, 2, 5, None]),
    }
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("go on"), st.integers(1, 12)),
        st.tuples(st.just("misbehave"), bad),
        st.tuples(
            st.sampled_from(["live", "open", "tend", "send", "lose a worker", "wake it", "evidence", "recover"]),
            st.none(),
        ),
        st.tuples(st.sampled_from(["stop", "pause", "resume"]), st.none()),
    ),
    max_size=20,
)
luck = st.fixed_dictionaries(
    {
        "readers": st.integers(1, 4),
        "ahead": st.sampled_from([30, 60]),  # minutes
        # to the first calls, and to all about cancels until five minutes before: whether they were taken
        "answers_lost": st.lists(st.booleans(), min_size=1, max_size=2),
        "cancels_lost": st.sampled_from([None, True, False]),
    }
)


class Story:
    """What happens to one house, step by step."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.asleep: list[tuple[Attempt, bytes, datetime | None]] = []

    def take(self, what: str, how: Any) -> None:
        house = self.house
        match what:
            case "go on":
                house.clock.now += timedelta(minutes=how)
            case "misbehave":
                house.postbox.order(**how)
            case "live" | "open" | "tend" | "send":
                getattr(house, what)()
            case "lose a worker":
                self.lose()
            case "wake it":
                self.wake()
            case "evidence":
                self.prove()
            case "recover":
                recovery.release_abandoned(now=house.clock())
            case _:
                self.steer(what)

    def lose(self) -> None:
        """A worker writes its attempt down and falls asleep before the call."""
        house = self.house
        for pk in recovery.due_batches(now=house.clock(), limit=1):
            batch = sending.claim(pk, now=house.clock())
            if batch is None:
                continue
            group = None
            if batch.leaves_at and house.clock() < batch.leaves_at:
                group = ahead.group_for(batch, now=house.clock())
                if group is None:
                    continue
            people = addressing.address(batch)
            attempt = sending.begin(batch, people, now=house.clock(), group=group)
            if attempt is None:
                continue
            ids = addressing.ids(attempt, dispatch=batch.dispatch_id)
            terms = ahead.terms(group) if group else None
            body = addressing.payload(batch).body(people.readers, people.tokens, ids=ids, ahead=terms)
            until = ahead.deadline(group, began_at=attempt.began_at) if group else None
            self.asleep.append((attempt, body, until))

    def wake(self) -> None:
        """It makes its call after all, however late it is."""
        clock = self.house.clock
        for attempt, body, until in self.asleep:
            answer: Receipt | DispatchError
            still = partial(operator.lt, clock.now, until) if until else None
            try:
                answer = self.house.client.send(body, still=still)
            except DispatchError as error:
                answer = error
            sending.record(attempt, answer, now=clock())
        self.asleep = []

    def prove(self) -> None:
        """Events tell of every uncertain call that the postbox has taken."""
        taken = {int(letter["custom_args"]["nl_attempt"]) for letter in self.house.postbox.letters()}
        for attempt in Attempt.objects.filter(fate=Fate.UNCERTAIN, batch__state=BatchState.UNCERTAIN, pk__in=taken):
            if not settling.needs_to_have_left(attempt):
                settling.settle_by_evidence(attempt.pk, evidence="event “processed”", now=self.house.clock())

    def steer(self, what: str) -> None:
        dispatch = self.house.dispatches.first()
        if dispatch is None:
            return
        try:
            if what == "stop":
                steering.stop(dispatch, reason="a mistake", now=self.house.clock())
            elif what == "pause":
                steering.pause(dispatch, reason="wait")
            else:
                steering.resume(dispatch)
        except NotAllowed:
            pass


def judge(house: House) -> None:
    """What the ledger says against what the postbox has seen."""
    letters = house.postbox.letters()
    sent = Counter(letter["address"] for letter in letters if letter["fate"] == "sent")
    assert max(sent.values(), default=0) <= 1
    for letter in letters:
        if letter["fate"] == "sent":
            assert letter["send_at"] or datetime.fromisoformat(letter["at"]) >= DUE
    addresses = dict(Subscriber.objects.values_list("pk", "email"))
    for batch in Batch.objects.all():
        copies = {sent[addresses[reader]] for reader in unpack(batch.subscribers)}
        if batch.state == BatchState.ACCEPTED:
            assert copies == {1}
        elif batch.state == BatchState.UNCERTAIN:
            assert len(copies) == 1
        else:
            assert copies == {0}, batch.state
    for dispatch in house.dispatches:
        assert progress(dispatch).adds_up
        if dispatch.state == DispatchState.FINISHED:
            assert set(sent.values()) == {1}
            assert len(sent) == len(addresses)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, luck=luck)
def test_nobody_gets_two_and_nobody_is_missed_unless_named(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]], luck: dict[str, Any]
) -> None:
    file = tmp_path_factory.mktemp("ahead") / "postbox.sqlite3"
    with transaction.atomic(), override_settings(DISPATCH_BATCH_SIZE=1, DISPATCH_LEASE=120), living(file) as house:
        house.prepare(readers=luck["readers"], ahead=luck["ahead"])
        house.at(-luck["ahead"])
        house.open()
        house.tend()
        for taken in luck["answers_lost"]:
            house.postbox.order(do="drop", accept=taken)
        if luck["cancels_lost"] is not None:
            house.postbox.order(call="scheduled_sends", do="drop", accept=luck["cancels_lost"], times=None)
        story = Story(house)
        for what, how in steps:
            story.take(what, how)
        house.live()
        house.live_until(-5, step=4)
        house.postbox.clear_orders()
        for dispatch in house.dispatches.filter(state=DispatchState.PAUSED):
            steering.resume(dispatch)
        house.live()
        house.live_until(80, step=10)
        story.wake()
        house.live()
        judge(house)
        transaction.set_rollback(True)
