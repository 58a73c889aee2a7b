"""A lot of people from a file, written into the database with what the file says of their consent."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from newsletter.audience import inserting, suppressing
from newsletter.audience.consent_columns import NOTHING_STATED, Stated
from newsletter.audience.import_report import Report
from newsletter.audience.inserting import Given
from newsletter.audience.models import Standing, Subscriber, Subscription
from newsletter.publications.models import Publication

BY, DETAIL = "import", "as an imported file says"
GAVE_CONSENT = frozenset({Standing.ACTIVE, Standing.PAUSED})
KNOWN_FIELDS = ("first_name", "time_zone")


class Person(NamedTuple):
    """What a file tells of somebody besides the address; empty where it does not."""

    first_name: str
    time_zone: str
    stated: Stated = NOTHING_STATED


def write(publication: Publication, lot: Mapping[str, Person], report: Report, *, now: datetime) -> None:
    """Bring `lot`, people by their normalised addresses, into `publication`, and count each in `report`."""
    barred = _suppress(publication, lot, report)
    report.suppressed += len(barred)
    ids = _subscribers({one: lot[one] for one in lot if _is_written(lot[one], is_barred=one in barred)}, now=now)
    standings = dict(
        Subscription.objects.filter(publication=publication, subscriber_id__in=ids.values()).values_list(
            "subscriber_id", "standing"
        )
    )
    report.ended += _end(publication, [ids[one] for one in ids if lot[one].stated.standing == Standing.LEFT], now=now)
    new = {address: pk for address, pk in sorted(ids.items(), key=lambda each: each[1]) if pk not in standings}
    for address, pk in ids.items():
        if pk in standings and address not in barred:
            _count_known(report, standings[pk], lot[address].stated)
    _subscribe(publication, new, lot, report, barred=barred, now=now)


def _is_written(person: Person, *, is_barred: bool) -> bool:
    """Of who must not be mailed only a word to leave is kept, and what a whole audience says that moves here."""
    stated = person.stated
    if stated.standing is None:
        return False
    return not is_barred or bool(stated.suppression) or stated.standing == Standing.LEFT


def _suppress(publication: Publication, lot: Mapping[str, Person], report: Report) -> set[str]:
    """The addresses of `lot` that must not be mailed, with those of whom the file says so; these are suppressed now."""
    told = {address: person.stated.suppression for address, person in lot.items() if person.stated.suppression}
    if told:
        new = told.keys() - suppressing.suppressed(told)
        received = Subscription.objects.filter(publication=publication, standing=Standing.ACTIVE)
        report.ended += received.filter(subscriber__email__in=new).count()
        suppressing.suppress_all({address: (reason, DETAIL) for address, reason in told.items()})
    return suppressing.suppressed(lot)


def _end(publication: Publication, ids: Collection[int], *, now: datetime) -> int:
    """Unsubscribe those of `ids` who have not left here; how many of them received it."""
    if not ids:
        return 0
    here = Subscription.objects.filter(publication=publication, subscriber_id__in=ids)
    received = here.filter(standing__in=GAVE_CONSENT).count()
    here.exclude(standing=Standing.LEFT).update(standing=Standing.LEFT, left_at=now, left_by=BY, paused_until=None)
    return received


def _count_known(report: Report, standing: str, stated: Stated) -> None:
    """Count somebody who has a subscription already: what it says here, or what the file says when that is stricter."""
    if Standing.LEFT in (standing, stated.standing):
        report.left += 1
    elif standing == Standing.PENDING:
        report.unconfirmed += 1
    else:
        report.known += 1


def _subscribe(
    publication: Publication,
    new: Mapping[str, int],
    lot: Mapping[str, Person],
    report: Report,
    *,
    barred: Collection[str],
    now: datetime,
) -> None:
    """Make the subscriptions of who has none yet, as the file says, and count those who are not suppressed."""
    active = [_given(pk, lot[address].stated, now=now) for address, pk in new.items() if _is_active(lot[address])]
    counted = sum(_is_active(lot[address]) and address not in barred for address in new)
    by_themselves = len(active) - inserting.subscriptions(publication, active)  # subscribed at this very moment
    report.added += counted - by_themselves
    report.known += by_themselves
    others = {address: pk for address, pk in new.items() if not _is_active(lot[address])}
    inserting.subscriptions(publication, [_given(pk, lot[address].stated, now=now) for address, pk in others.items()])
    for address in others.keys() - barred:
        _count_new(report, lot[address].stated)


def _count_new(report: Report, stated: Stated) -> None:
    """Count somebody new who does not receive it."""
    match stated.standing:
        case Standing.LEFT:
            report.left += 1
        case Standing.PENDING:
            report.unconfirmed += 1
        case _:
            report.paused += 1


def _is_active(person: Person) -> bool:
    return person.stated.standing == Standing.ACTIVE


def _given(subscriber_id: int, stated: Stated, *, now: datetime) -> Given:
    left = stated.standing == Standing.LEFT
    return Given(
        subscriber_id,
        Standing(stated.standing or "").value,
        stated.consent_source,
        stated.consent_at,
        paused_until=stated.paused_until,
        left_at=(stated.left_at or now) if left else None,
        left_by=(stated.left_by or BY) if left else "",
    )


def _subscribers(people: Mapping[str, Person], *, now: datetime) -> dict[str, int]:
    """The ids of these people; those who are new are made, and what was not known of others is filled in."""
    known = _known(people)
    # in one order everywhere, so that two imports at once wait for each other and do not lock up
    new = sorted(people.keys() - known.keys())
    inserting.subscribers([(address, *people[address][:2]) for address in new], now=now)
    fuller = [
        Subscriber(pk=pk, **dict(zip(KNOWN_FIELDS, whole, strict=True)))
        for address, (pk, *before) in known.items()
        if (whole := [old or told for old, told in zip(before, people[address][:2], strict=True)]) != before
    ]
    Subscriber.objects.bulk_update(fuller, KNOWN_FIELDS)
    return {address: found[0] for address, found in (known | _known(new)).items()}


def _known(addresses: Iterable[str]) -> dict[str, tuple[int, str, str]]:
    rows = Subscriber.objects.filter(email__in=list(addresses)).values_list("email", "pk", *KNOWN_FIELDS)
    return {email: (pk, first_name, time_zone) for email, pk, first_name, time_zone in rows}
