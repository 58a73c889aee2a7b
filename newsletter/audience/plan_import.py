"""Decide what an import does with each row, without writing: a dry run is this alone."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from newsletter.audience import suppressions
from newsletter.audience.consent_columns import DEFAULT_CONSENT, ConsentState
from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus
from newsletter.audience.subscriber_import_report import RowOutcome
from newsletter.lib.sql import fetch_among
from newsletter.publications.models import Publication

GAVE_CONSENT = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED})
KNOWN_FIELDS = ("first_name", "time_zone")
# not through Django's `__in`, whose preparation of thousands of values was a quarter of the import
KNOWN = f"""
    SELECT reader.email, reader.id, reader.first_name, reader.time_zone, reader.no_appeals, one.status
    FROM {Subscriber._meta.db_table} AS reader LEFT JOIN {Subscription._meta.db_table} AS one
      ON one.subscriber_id = reader.id AND one.publication_id = %s
    WHERE reader.email {{among}}
"""  # noqa: S608 — names of ours
OF_NEW = {
    SubscriptionStatus.ACTIVE: RowOutcome.ADDED,
    SubscriptionStatus.PAUSED: RowOutcome.PAUSED,
    SubscriptionStatus.PENDING: RowOutcome.UNCONFIRMED,
}


class ImportedSubscriber(NamedTuple):
    """The data of a subscriber in a file, besides the address. Missing values are empty."""

    first_name: str
    time_zone: str
    consent: ConsentState = DEFAULT_CONSENT
    no_appeals: bool = False


class KnownSubscriber(NamedTuple):
    """A stored subscriber, with the status of their subscription to the publication; None without one."""

    id: int
    first_name: str
    time_zone: str
    status: str | None
    no_appeals: bool = False

    def completed(self, person: ImportedSubscriber) -> tuple[str, str]:
        """Return first name and time zone, with missing values from the file."""
        return self.first_name or person.first_name, self.time_zone or person.time_zone

    def is_changed_by(self, person: ImportedSubscriber) -> bool:
        """Return True if the file has something that is missing here. It never takes a choice of no appeals back."""
        return self.completed(person) != (self.first_name, self.time_zone) or (
            person.no_appeals and not self.no_appeals
        )


class ImportPlan(NamedTuple):
    """What happens to some people, by normalised address.

    `barred` must not be mailed, here or by the file. `ended` receive the publication until this import.
    """

    outcomes: dict[str, RowOutcome]
    known: dict[str, KnownSubscriber]
    barred: set[str]
    ended: set[str]


def plan_rows(publication: Publication, people: Mapping[str, ImportedSubscriber]) -> ImportPlan:
    """Return the plan for `people` (a few thousand), keyed by normalised address."""
    suppressed = suppressions.suppressed(people)
    by_file = {address for address, person in people.items() if person.consent.suppression}
    known = known_subscribers(publication, people)
    plan = ImportPlan({}, known, suppressed | by_file, set())
    for address, person in people.items():
        status = known[address].status if address in known else None
        plan.outcomes[address] = _outcome(person, known.get(address), is_barred=address in plan.barred)
        newly_suppressed = address in by_file and address not in suppressed
        leaves = person.consent.status == SubscriptionStatus.UNSUBSCRIBED and status in GAVE_CONSENT
        if leaves or (newly_suppressed and status == SubscriptionStatus.ACTIVE):
            plan.ended.add(address)
    return plan


def known_subscribers(publication: Publication, addresses: Iterable[str]) -> dict[str, KnownSubscriber]:
    """Return those of these normalised addresses that are stored."""
    rows = fetch_among(KNOWN, list(addresses), publication.pk)
    return {
        email: KnownSubscriber(pk, first_name, time_zone, status, bool(no_appeals))
        for email, pk, first_name, time_zone, no_appeals, status in rows
    }


def _outcome(person: ImportedSubscriber, known: KnownSubscriber | None, *, is_barred: bool) -> RowOutcome:
    """Return what happens to one person. Of the file's status and ours, the stricter one applies."""
    by_file = person.consent.status
    if is_barred:
        return RowOutcome.SUPPRESSED
    status = known.status if known else None
    if by_file is None or SubscriptionStatus.UNSUBSCRIBED in (by_file, status):
        return RowOutcome.LEFT
    if known is None or status is None:
        return OF_NEW[by_file]
    if status == SubscriptionStatus.PENDING:
        return RowOutcome.WAITING
    return RowOutcome.UPDATED if known.is_changed_by(person) else RowOutcome.KNOWN
