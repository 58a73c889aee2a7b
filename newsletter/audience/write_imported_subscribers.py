"""Write imported subscribers with their consent state to the database."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from newsletter.audience import bulk_insert, consent_events, suppressions
from newsletter.audience.bulk_insert import NewSubscription
from newsletter.audience.consent_columns import DEFAULT_CONSENT, ConsentState
from newsletter.audience.models import (
    ConsentAct,
    ConsentEvent,
    ConsentMethod,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.audience.subscriber_import_report import SubscriberImportReport
from newsletter.publications.models import Publication

BY, DETAIL = "import", "as an imported file says"
GAVE_CONSENT = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED})
KNOWN_FIELDS = ("first_name", "time_zone")


class ImportedSubscriber(NamedTuple):
    """The data of a subscriber in a file, besides the address. Missing values are empty."""

    first_name: str
    time_zone: str
    consent: ConsentState = DEFAULT_CONSENT


def write_rows(
    publication: Publication, people: Mapping[str, ImportedSubscriber], report: SubscriberImportReport, *, now: datetime
) -> None:
    """Add `people`, keyed by normalised address, to `publication`, and count each in `report`."""
    barred = _suppress(publication, people, report)
    report.suppressed += len(barred)
    ids = _subscribers(
        {one: people[one] for one in people if _is_written(people[one], is_barred=one in barred)}, now=now
    )
    statuses = dict(
        Subscription.objects.filter(publication=publication, subscriber_id__in=ids.values()).values_list(
            "subscriber_id", "status"
        )
    )
    report.ended += _end(
        publication,
        {ids[one]: people[one].consent for one in ids if people[one].consent.status == SubscriptionStatus.UNSUBSCRIBED},
        now=now,
    )
    new = {address: pk for address, pk in sorted(ids.items(), key=lambda each: each[1]) if pk not in statuses}
    for address, pk in ids.items():
        if pk in statuses and address not in barred:
            _count_known(report, statuses[pk], people[address].consent)
    _subscribe(publication, new, people, report, barred=barred, now=now)


def _is_written(person: ImportedSubscriber, *, is_barred: bool) -> bool:
    """Return True if the row is written.

    For suppressed addresses only an unsubscription or the file's suppression is.
    """
    consent = person.consent
    if consent.status is None:
        return False
    return not is_barred or bool(consent.suppression) or consent.status == SubscriptionStatus.UNSUBSCRIBED


def _suppress(
    publication: Publication, people: Mapping[str, ImportedSubscriber], report: SubscriberImportReport
) -> set[str]:
    """Suppress the addresses that the file marks. Return all addresses of `people` that must not be mailed."""
    given = {address: person.consent.suppression for address, person in people.items() if person.consent.suppression}
    if given:
        new = given.keys() - suppressions.suppressed(given)
        received = Subscription.objects.filter(publication=publication, status=SubscriptionStatus.ACTIVE)
        report.ended += received.filter(subscriber__email__in=new).count()
        suppressions.suppress_all({address: (reason, DETAIL) for address, reason in given.items()})
    return suppressions.suppressed(people)


def _end(publication: Publication, left: Mapping[int, ConsentState], *, now: datetime) -> int:
    """Unsubscribe those of `left` who are not unsubscribed yet. Return how many of them were active or paused."""
    if not left:
        return 0
    here = Subscription.objects.filter(publication=publication, subscriber_id__in=left).exclude(
        status=SubscriptionStatus.UNSUBSCRIBED
    )
    ended = dict(here.select_for_update().values_list("subscriber_id", "status"))
    # only the locked rows, each of which gets an event: another one may have been activated since
    Subscription.objects.filter(publication=publication, subscriber_id__in=ended).update(
        status=SubscriptionStatus.UNSUBSCRIBED, unsubscribed_at=now, unsubscribed_via=BY, paused_until=None
    )
    actor = consent_events.actor_of(ConsentMethod.IMPORT)
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            subscriber_id=pk,
            publication=publication,
            act=ConsentAct.WITHDRAWN,
            method=ConsentMethod.IMPORT,
            form=left[pk].consent_source,
            actor=actor,
            at=left[pk].unsubscribed_at or now,
            recorded_at=now,
        )
        for pk in ended
    )
    return sum(status in GAVE_CONSENT for status in ended.values())


def _count_known(report: SubscriberImportReport, status: str, consent: ConsentState) -> None:
    """Count an existing subscription by its status, or by that of the file if it is stricter."""
    if SubscriptionStatus.UNSUBSCRIBED in (status, consent.status):
        report.left += 1
    elif status == SubscriptionStatus.PENDING:
        report.unconfirmed += 1
    else:
        report.known += 1


def _subscribe(
    publication: Publication,
    new: Mapping[str, int],
    people: Mapping[str, ImportedSubscriber],
    report: SubscriberImportReport,
    *,
    barred: Collection[str],
    now: datetime,
) -> None:
    """Create missing subscriptions as the file says, and count those that are not suppressed."""
    active = [
        _given(pk, people[address].consent, now=now) for address, pk in new.items() if _is_active(people[address])
    ]
    counted = sum(_is_active(people[address]) and address not in barred for address in new)
    inserted = bulk_insert.insert_subscriptions(publication, active)
    already_subscribed = len(active) - len(inserted)  # subscribed in the meantime
    report.added += counted - already_subscribed
    report.known += already_subscribed
    others = {address: pk for address, pk in new.items() if not _is_active(people[address])}
    inserted |= bulk_insert.insert_subscriptions(
        publication, [_given(pk, people[address].consent, now=now) for address, pk in others.items()]
    )
    actor = consent_events.actor_of(ConsentMethod.IMPORT)
    bulk_insert.insert_import_events(publication, inserted, actor=actor, now=now)
    for address in others.keys() - barred:
        _count_new(report, people[address].consent)


def _count_new(report: SubscriberImportReport, consent: ConsentState) -> None:
    """Count a new subscription that is not active."""
    match consent.status:
        case SubscriptionStatus.UNSUBSCRIBED:
            report.left += 1
        case SubscriptionStatus.PENDING:
            report.unconfirmed += 1
        case _:
            report.paused += 1


def _is_active(person: ImportedSubscriber) -> bool:
    return person.consent.status == SubscriptionStatus.ACTIVE


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


def _subscribers(people: Mapping[str, ImportedSubscriber], *, now: datetime) -> dict[str, int]:
    """Return the ids of these people. Creates new subscribers and fills in missing values of existing ones."""
    known = _known(people)
    # always in the same order, so that two concurrent imports wait for each other without a deadlock
    new = sorted(people.keys() - known.keys())
    bulk_insert.insert_subscribers([(address, *people[address][:2]) for address in new], now=now)
    completed = [
        Subscriber(pk=pk, **dict(zip(KNOWN_FIELDS, whole, strict=True)))
        for address, (pk, *before) in known.items()
        if (whole := [old or given for old, given in zip(before, people[address][:2], strict=True)]) != before
    ]
    Subscriber.objects.bulk_update(completed, KNOWN_FIELDS)
    return {address: found[0] for address, found in (known | _known(new)).items()}


def _known(addresses: Iterable[str]) -> dict[str, tuple[int, str, str]]:
    rows = Subscriber.objects.filter(email__in=list(addresses)).values_list("email", "pk", *KNOWN_FIELDS)
    return {email: (pk, first_name, time_zone) for email, pk, first_name, time_zone in rows}
