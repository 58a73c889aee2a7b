"""The domains from which emails are sent: which there are, when their DNS records are looked up, and what was found.

A new domain is looked up within a minute, so before its first edition; then once a day. An installation without an API
key sends nothing to SendGrid: there only what a person orders is looked up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.delivery.rate_limits.warm_up import domain_of
from newsletter.lib import claim_rows
from newsletter.lib.errors import InvalidState
from newsletter.mail.domain_records.check_domain import check_domain
from newsletter.mail.domain_records.dns_lookup import DnsLookup
from newsletter.mail.domain_records.record_check import CheckState, RecordCheck
from newsletter.ops.health.health_facts import BadDomain
from newsletter.ops.models import SendingDomain
from newsletter.publications.models import Publication

EVERY = timedelta(days=1)
AGAIN_AFTER = timedelta(hours=1)  # when the resolver gave no answer
LEASE = timedelta(minutes=3)  # longer than a dozen questions to a resolver that is slow
NEVER_GIVEN_UP = 32_000


@dataclass(frozen=True, slots=True)
class DomainReport:
    """A sending domain, its publications and the checks of its records; none before the first look-up."""

    domain: str
    publications: Sequence[str]
    checks: Sequence[RecordCheck]
    looked_up_at: datetime | None
    bad_since: datetime | None
    is_waiting: bool

    @property
    def state(self) -> CheckState | None:
        """Return the worst state of its checks; None before the first look-up."""
        worst = (CheckState.BAD, CheckState.UNKNOWN, CheckState.ADVICE, CheckState.GOOD)
        states = {check.state for check in self.checks}
        return next((state for state in worst if state in states), None)


def is_daily() -> bool:
    """Return whether domains are looked up daily: emails go to SendGrid."""
    return bool(settings.SENDGRID_API_KEY)


def domains_in_use() -> dict[str, list[str]]:
    """Return the sending domains with the names of their active publications, by name; emails to staff have none."""
    found: dict[str, list[str]] = {}
    if settings.STAFF_EMAIL_SENDER:
        found[domain_of(settings.STAFF_EMAIL_SENDER)] = []
    active = Publication.objects.filter(is_active=True).order_by("name", "pk")
    for name, sender in active.values_list("name", "sender_email"):
        found.setdefault(domain_of(sender), []).append(name)
    return dict(sorted(found.items()))


def keep_rows() -> None:
    """Make a row for each domain in use, and delete the others."""
    names = set(domains_in_use())
    known = set(SendingDomain.objects.values_list("domain", flat=True))
    SendingDomain.objects.bulk_create([SendingDomain(domain=name) for name in names - known], ignore_conflicts=True)
    if known - names:
        SendingDomain.objects.filter(domain__in=known - names).delete()


def due(now: datetime) -> QuerySet[SendingDomain]:
    """Return the domains to look up at `now`."""
    rows = SendingDomain.objects.filter(claim_rows.is_due(now))
    return rows if is_daily() else rows.filter(is_ordered=True)


def order_look_up(domain: str, *, by: Actor, now: datetime) -> None:
    """Let a worker look up a domain within seconds. Raises `InvalidState` for a domain that is not in use."""
    require(by, Permission.OPERATE)
    with transaction.atomic():
        keep_rows()
        if not SendingDomain.objects.filter(domain=domain).update(try_at=now, is_ordered=True):
            raise InvalidState(f"No active publication is sent from {domain or 'this domain'}.")
        audit_trail.record(by, Act.DOMAIN_LOOK_UP_ORDERED, now=now, domain=domain)


def look_up_next(*, now: datetime, lookup: DnsLookup | None = None) -> bool:
    """Look up one due domain. Return False if none is due."""
    found, _ = claim_rows.claim(due(now), now=now, lease=LEASE, max_rows=1, max_tries=NEVER_GIVEN_UP)
    for row in found:
        look_up(row, now=now, lookup=lookup)
    return bool(found)


def look_up(row: SendingDomain, *, now: datetime, lookup: DnsLookup | None = None) -> None:
    """Look up a domain and keep what was found. What could not be looked up keeps its earlier result, with its age."""
    dns = lookup or DnsLookup(settings.DNS_RESOLVERS)
    at = now.isoformat(timespec="seconds")
    earlier = {each["kind"]: RecordCheck.from_json(each) for each in row.checks}
    checks = []
    is_whole = True
    for check in check_domain(row.domain, dns, selectors=settings.DKIM_SELECTORS):
        is_known = check.state != CheckState.UNKNOWN
        is_whole &= is_known
        checks.append(replace(check, looked_up_at=at) if is_known else earlier.get(check.kind, check))
    is_bad = any(check.state == CheckState.BAD for check in checks)
    SendingDomain.objects.filter(pk=row.pk, tries=row.tries).update(
        checks=[check.to_json() for check in checks],
        looked_up_at=now,
        bad_since=(row.bad_since or now) if is_bad else None,
        try_at=now + (EVERY if is_whole else AGAIN_AFTER),
        tries=0,
        is_ordered=False,
    )


def domain_reports() -> list[DomainReport]:
    """Return all domains in use, those with a bad record first."""
    rows = {row.domain: row for row in SendingDomain.objects.all()}
    reports = [_report(name, publications, rows.get(name)) for name, publications in domains_in_use().items()]
    return sorted(reports, key=lambda report: (report.state != CheckState.BAD, report.domain))


def bad_domains() -> list[BadDomain]:
    """Return the domains with a record that is missing or wrong, for the verdict; none without an API key."""
    if not is_daily():
        return []
    found = SendingDomain.objects.filter(~Q(bad_since=None)).order_by("domain")[:20]
    return [
        BadDomain(row.domain, [each["kind"] for each in row.checks if each["state"] == CheckState.BAD]) for row in found
    ]


def _report(name: str, publications: Sequence[str], row: SendingDomain | None) -> DomainReport:
    if row is None:
        return DomainReport(name, publications, (), None, None, is_waiting=is_daily())
    checks = [RecordCheck.from_json(each) for each in row.checks]
    is_waiting = row.is_ordered or (is_daily() and row.looked_up_at is None)
    return DomainReport(name, publications, checks, row.looked_up_at, row.bad_since, is_waiting)
