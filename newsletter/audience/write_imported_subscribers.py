"""Write imported subscribers with their consent state to the database."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from newsletter.audience import bulk_insert, consent_events, suppressions
from newsletter.audience.bulk_insert import NewSubscription
from newsletter.audience.consent_columns import ConsentState
from newsletter.audience.models import (
    ConsentAct,
    ConsentEvent,
    ConsentMethod,
    ConsentWording,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.audience.plan_import import KNOWN_FIELDS, ImportedSubscriber, ImportPlan, known_subscribers, plan_rows
from newsletter.audience.subscriber_import_report import RowOutcome
from newsletter.lib import address_locks
from newsletter.publications.models import Publication

BY, DETAIL = "import", "as an imported file says"


def write_rows(
    publication: Publication,
    people: Mapping[str, ImportedSubscriber],
    *,
    now: datetime,
    actor: str = "",
    method: ConsentMethod = ConsentMethod.IMPORT,
    wording: ConsentWording | None = None,
) -> ImportPlan:
    """Add `people`, keyed by normalised address, to `publication`, in a transaction. Return what happened to each.

    `actor` is who imports; empty: whoever runs this process. `method` and `wording`, the text that all of them saw,
    become part of the evidence.
    """
    actor = actor[:120] or consent_events.actor_of(ConsentMethod.IMPORT)
    address_locks.lock_to_store()
    plan = plan_rows(publication, people)
    erased = suppressions.erased(plan.barred)
    _suppress({address: people[address] for address in people if address not in erased})
    written = {
        one: people[one]
        for one in people
        if one not in erased and _is_written(people[one], is_barred=one in plan.barred)
    }
    ids = _subscribers(publication, written, plan, now=now)
    _choose_no_appeals(ids[one] for one in ids if people[one].no_appeals)
    left = {
        ids[one]: people[one].consent for one in ids if people[one].consent.status == SubscriptionStatus.UNSUBSCRIBED
    }
    _end(publication, left, actor=actor, now=now)
    statuses = {one.id: one.status for one in plan.known.values()}
    new = [
        _given(pk, people[address].consent, now=now)
        for address, pk in sorted(ids.items(), key=lambda each: each[1])
        if statuses.get(pk) is None
    ]
    inserted = bulk_insert.insert_subscriptions(publication, new)
    bulk_insert.insert_import_events(
        publication, inserted, actor=actor, now=now, method=method, wording_id=wording.pk if wording else None
    )
    for address in {one for one, pk in ids.items() if statuses.get(pk) is None and pk not in inserted}:
        if plan.outcomes[address] == RowOutcome.ADDED:
            plan.outcomes[address] = RowOutcome.KNOWN  # subscribed in the meantime
    return plan


def _choose_no_appeals(subscribers: Iterable[int]) -> None:
    """Store the choice of these readers, as our own export says it. A file without it takes nothing back."""
    if ids := list(subscribers):
        Subscriber.objects.filter(pk__in=ids, no_appeals=False).update(no_appeals=True)


def _is_written(person: ImportedSubscriber, *, is_barred: bool) -> bool:
    """Return True if the row is written.

    For suppressed addresses only an unsubscription or the file's suppression is.
    """
    consent = person.consent
    if consent.status is None:
        return False
    return not is_barred or bool(consent.suppression) or consent.status == SubscriptionStatus.UNSUBSCRIBED


def _suppress(people: Mapping[str, ImportedSubscriber]) -> None:
    """Suppress the addresses that the file marks, with the column that says so."""
    given = {address: person.consent for address, person in people.items() if person.consent.suppression}
    if given:
        suppressions.suppress_all(
            {
                address: (consent.suppression, f"{DETAIL} ({consent.evidence})" if consent.evidence else DETAIL)
                for address, consent in given.items()
            }
        )


def _end(publication: Publication, left: Mapping[int, ConsentState], *, actor: str, now: datetime) -> None:
    """Unsubscribe those of `left` who are not unsubscribed yet."""
    if not left:
        return
    here = Subscription.objects.filter(publication=publication, subscriber_id__in=left).exclude(
        status=SubscriptionStatus.UNSUBSCRIBED
    )
    ended = list(here.select_for_update().values_list("subscriber_id", flat=True))
    by_reason: dict[str, list[int]] = {}
    for pk in ended:
        by_reason.setdefault(left[pk].unsubscribed_via or BY, []).append(pk)
    for reason, ids in by_reason.items():
        # only the locked rows, each of which gets an event: another one may have been activated since
        Subscription.objects.filter(publication=publication, subscriber_id__in=ids).update(
            status=SubscriptionStatus.UNSUBSCRIBED, unsubscribed_at=now, unsubscribed_via=reason, paused_until=None
        )
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            subscriber_id=pk,
            publication=publication,
            act=ConsentAct.WITHDRAWN,
            method=ConsentMethod.IMPORT,
            form=_form(left[pk]),
            actor=actor,
            at=left[pk].unsubscribed_at or now,
            recorded_at=now,
        )
        for pk in ended
    )


def _form(consent: ConsentState) -> str:
    return (f"{consent.consent_source} ({consent.evidence})" if consent.evidence else consent.consent_source)[:200]


def _given(subscriber_id: int, consent: ConsentState, *, now: datetime) -> NewSubscription:
    left = consent.status == SubscriptionStatus.UNSUBSCRIBED
    return NewSubscription(
        subscriber_id,
        SubscriptionStatus(consent.status or "").value,
        consent.consent_source,
        consent.consent_at,
        paused_until=consent.paused_until,
        unsubscribed_at=(consent.unsubscribed_at or now) if left else None,
        unsubscribed_via=(consent.unsubscribed_via or BY) if left else "",
    )


def _subscribers(
    publication: Publication, people: Mapping[str, ImportedSubscriber], plan: ImportPlan, *, now: datetime
) -> dict[str, int]:
    """Return the ids of these people. Creates new subscribers and fills in missing values of existing ones."""
    # always in the same order, so that two concurrent imports wait for each other without a deadlock
    new = sorted(people.keys() - plan.known.keys())
    bulk_insert.insert_subscribers([(address, *people[address][:2]) for address in new], now=now)
    known = {address: plan.known[address] for address in people if address in plan.known}
    completed = [
        Subscriber(pk=one.id, **dict(zip(KNOWN_FIELDS, one.completed(people[address]), strict=True)))
        for address, one in known.items()
        if one.completed(people[address]) != one[1:3]
    ]
    Subscriber.objects.bulk_update(completed, KNOWN_FIELDS)
    return {address: one.id for address, one in (known | known_subscribers(publication, new)).items()}
