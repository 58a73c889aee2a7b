"""What happens to one house by a clock that is set, step by step, and what is wrong with it in the end.

The postbox is the witness: nobody has two letters, nobody one too early, and everybody of whom the ledger says so
has one.
"""

import operator
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from newsletter.audience.models import Subscriber
from newsletter.delivery.dispatches import control_dispatch, recovery, settle_batch
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Attempt, Batch, BatchState, DispatchState, Fate
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.recipients.batch_recipients import Claimed
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.sending import send_batches
from newsletter.lib.errors import NotAllowed
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import DispatchError
from tests.delivery.living import DUE, House


class Story:
    """What happens to one house, step by step."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.asleep: list[tuple[Attempt, bytes, datetime | None]] = []
        self.in_hand: list[Claimed] = []

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
            case "take in hand":
                due = recovery.due_batches(now=house.clock(), limit=1)
                self.in_hand += send_batches.claim_all(due, now=house.clock())
            case "give back":
                send_batches.give_back(self.in_hand)
                self.in_hand = []
            case _:
                self.steer(what)

    def lose(self) -> None:
        """A worker writes its attempt down and falls asleep before the call."""
        house = self.house
        for pk in recovery.due_batches(now=house.clock(), limit=1):
            batch = send_batches.claim(pk, now=house.clock())
            if batch is None:
                continue
            group = None
            if batch.leaves_at and house.clock() < batch.leaves_at:
                group = scheduled_sends.group_for(batch, now=house.clock())
                if group is None:
                    continue
            people = batch_recipients.address(batch)
            attempt = send_batches.begin(batch, people, now=house.clock(), group=group)
            if attempt is None:
                continue
            ids = batch_recipients.ids(attempt, dispatch=batch.dispatch_id)
            terms = scheduled_sends.terms(group) if group else None
            body = batch_recipients.payload(batch).body(people.readers, people.tokens, ids=ids, ahead=terms)
            until = scheduled_sends.deadline(group, began_at=attempt.began_at) if group else None
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
            send_batches.record(attempt, answer, now=clock())
        self.asleep = []

    def prove(self) -> None:
        """Events tell of every uncertain call that the postbox has taken."""
        taken = {int(letter["custom_args"]["nl_attempt"]) for letter in self.house.postbox.letters()}
        for attempt in Attempt.objects.filter(fate=Fate.UNCERTAIN, batch__state=BatchState.UNCERTAIN, pk__in=taken):
            if not settle_batch.needs_to_have_left(attempt):
                settle_batch.settle_by_evidence(attempt.pk, evidence="event “processed”", now=self.house.clock())

    def steer(self, what: str) -> None:
        dispatch = self.house.dispatches.first()
        if dispatch is None:
            return
        try:
            if what == "stop":
                control_dispatch.stop(dispatch, reason="a mistake", now=self.house.clock())
            elif what == "pause":
                control_dispatch.pause(dispatch, reason="wait")
            else:
                control_dispatch.resume(dispatch)
        except NotAllowed:
            pass


def breaches(house: House) -> list[str]:
    """What the ledger says against what the postbox has seen, and whether it came to its end."""
    letters = house.postbox.letters()
    sent = Counter(letter["address"] for letter in letters if letter["fate"] == "sent")
    addresses = dict(Subscriber.objects.values_list("pk", "email"))
    found = [f"{address} got {count}" for address, count in sent.items() if count > 1]
    early = [one for one in letters if not one["send_at"] and datetime.fromisoformat(one["at"]) < DUE]
    found += [f"{one['address']} got one too early" for one in early if one["fate"] == "sent"]
    for batch in Batch.objects.exclude(state=BatchState.SPLIT):
        copies = {sent[addresses[reader]] for reader in unpack(batch.subscribers)}
        if batch.state == BatchState.UNCERTAIN:
            right = len(copies) == 1
        else:
            right = copies == {int(batch.state == BatchState.ACCEPTED)}
        if not right:
            found.append(f"batch {batch.number} is {batch.state}, and its readers got {sorted(copies)}")
    for dispatch in house.dispatches:
        states = set(dispatch.batches.values_list("state", flat=True))
        named = states & {BatchState.UNCERTAIN, BatchState.REFUSED}
        if not progress(dispatch).adds_up:
            found.append("the ledger does not add up")
        if dispatch.state == DispatchState.FINISHED and (named or len(sent) != len(addresses)):
            found.append("it is finished, and not everybody has it")
        if dispatch.state == DispatchState.OPEN or (dispatch.state == DispatchState.ATTENTION and not named):
            found.append(f"it is {dispatch.state} for ever, with batches {sorted(states)}")
    return found
