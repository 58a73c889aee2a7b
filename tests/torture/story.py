"""What happens to one system by a clock that is set, step by step, and what is wrong with it in the end.

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
from newsletter.delivery.models import Attempt, Batch
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.recipients.batch_recipients import ClaimedBatch
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.lib.errors import InvalidState
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import ProviderError
from tests.delivery.living import DUE, System


class Story:
    """What happens to one system, step by step."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.asleep: list[tuple[Attempt, bytes, datetime | None]] = []
        self.in_hand: list[ClaimedBatch] = []

    def take(self, what: str, how: Any) -> None:
        system = self.system
        match what:
            case "go on":
                system.clock.now += timedelta(minutes=how)
            case "misbehave":
                system.postbox.order(**how)
            case "live" | "open" | "tend" | "send":
                getattr(system, what)()
            case "lose a worker":
                self.lose()
            case "wake it":
                self.wake()
            case "evidence":
                self.prove()
            case "recover":
                recovery.release_abandoned(now=system.clock())
            case "take in hand":
                due = recovery.batches_to_enqueue(now=system.clock(), limit=1)
                self.in_hand += send_batches.claim_batches(due, now=system.clock())
            case "give back":
                send_batches.release_claims(self.in_hand)
                self.in_hand = []
            case _:
                self.steer(what)

    def lose(self) -> None:
        """A worker writes its attempt down and falls asleep before the call."""
        system = self.system
        for pk in recovery.batches_to_enqueue(now=system.clock(), limit=1):
            batch = send_batches.claim(pk, now=system.clock())
            if batch is None:
                continue
            group = None
            if batch.leaves_at and system.clock() < batch.leaves_at:
                group = scheduled_sends.group_for(batch, now=system.clock())
                if group is None:
                    continue
            people = batch_recipients.resolve_recipients(batch)
            attempt = send_batches.begin_attempt(batch, people, now=system.clock(), group=group)
            if attempt is None:
                continue
            ids = batch_recipients.custom_args(attempt, dispatch=batch.dispatch_id)
            terms = scheduled_sends.scheduled_send(group) if group else None
            body = batch_recipients.payload(batch).body(people.readers, people.tokens, ids=ids, ahead=terms)
            until = scheduled_sends.deadline(group, began_at=attempt.began_at) if group else None
            self.asleep.append((attempt, body, until))

    def wake(self) -> None:
        """It makes its call after all, however late it is."""
        clock = self.system.clock
        for attempt, body, until in self.asleep:
            answer: Receipt | ProviderError
            still = partial(operator.lt, clock.now, until) if until else None
            try:
                answer = self.system.client.send(body, may_finish=still)
            except ProviderError as error:
                answer = error
            send_batches.record_result(attempt, answer, now=clock())
        self.asleep = []

    def prove(self) -> None:
        """Events tell of every uncertain call that the postbox has taken."""
        taken = {int(letter["custom_args"]["nl_attempt"]) for letter in self.system.postbox.letters()}
        for attempt in Attempt.objects.filter(
            status=AttemptStatus.UNCERTAIN, batch__state=BatchState.UNCERTAIN, pk__in=taken
        ):
            if not settle_batch.needs_proof_of_delivery(attempt):
                settle_batch.settle_by_evidence(attempt.pk, evidence="event “processed”", now=self.system.clock())

    def steer(self, what: str) -> None:
        dispatch = self.system.dispatches.first()
        if dispatch is None:
            return
        try:
            if what == "stop":
                control_dispatch.stop(dispatch, reason="a mistake", now=self.system.clock())
            elif what == "pause":
                control_dispatch.pause(dispatch, reason="wait")
            else:
                control_dispatch.resume(dispatch)
        except InvalidState:
            pass


def breaches(system: System) -> list[str]:
    """What the ledger says against what the postbox has seen, and whether it came to its end."""
    letters = system.postbox.letters()
    sent = Counter(letter["address"] for letter in letters if letter["status"] == "sent")
    addresses = dict(Subscriber.objects.values_list("pk", "email"))
    found = [f"{address} got {count}" for address, count in sent.items() if count > 1]
    early = [one for one in letters if not one["send_at"] and datetime.fromisoformat(one["at"]) < DUE]
    found += [f"{one['address']} got one too early" for one in early if one["status"] == "sent"]
    for batch in Batch.objects.exclude(state=BatchState.SPLIT):
        copies = {sent[addresses[reader]] for reader in unpack(batch.subscribers)}
        if batch.state == BatchState.UNCERTAIN:
            right = len(copies) == 1
        else:
            right = copies == {int(batch.state == BatchState.ACCEPTED)}
        if not right:
            found.append(f"batch {batch.number} is {batch.state}, and its readers got {sorted(copies)}")
    for dispatch in system.dispatches:
        states = set(dispatch.batches.values_list("state", flat=True))
        named = states & {BatchState.UNCERTAIN, BatchState.REFUSED}
        if not progress(dispatch).adds_up:
            found.append("the ledger does not add up")
        if dispatch.state == DispatchState.FINISHED and (named or len(sent) != len(addresses)):
            found.append("it is finished, and not everybody has it")
        if dispatch.state == DispatchState.OPEN or (dispatch.state == DispatchState.ATTENTION and not named):
            found.append(f"it is {dispatch.state} for ever, with batches {sorted(states)}")
    return found
