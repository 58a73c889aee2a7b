"""Count what became of emails at each mailbox provider, by the domain of the address.

A domain of its own whose mail Gmail or Microsoft keeps counts as “other”: its MX record is not looked up.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from newsletter.audience.models import Subscriber
from newsletter.delivery.models import Dispatch
from newsletter.insights.models import DeliveryStage, OutcomeCounts, ReaderOutcome
from newsletter.lib import sql
from newsletter.ops.health.health_facts import MailboxRates
from newsletter.ops.models import MailboxCount

COUNTED_FOR = timedelta(days=3)  # after the opening; later events change little
SHOWN_FOR = timedelta(days=7)
OTHER = "other mailbox providers"
DOMAINS = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Microsoft": ("outlook.com", "hotmail.com", "hotmail.co.uk", "hotmail.fr", "hotmail.de", "live.com", "msn.com"),
    "Yahoo and AOL": ("yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de", "yahoo.es", "ymail.com", "aol.com"),
    "Apple": ("icloud.com", "me.com", "mac.com"),
    "Comcast": ("comcast.net",),
    "GMX and WEB.DE": ("gmx.de", "gmx.net", "gmx.at", "gmx.com", "web.de"),
    "Orange": ("orange.fr", "wanadoo.fr"),
    "Proton": ("proton.me", "protonmail.com", "pm.me"),
}
STAGES = {
    "delivered": DeliveryStage.DELIVERED,
    "deferred": DeliveryStage.DEFERRED,
    "blocked": DeliveryStage.BLOCKED,
    "bounced": DeliveryStage.BOUNCED,
}


def count_mailboxes(*, now: datetime) -> None:
    """Count the dispatches of the last days again whose outcomes have changed since they were counted."""
    recent = Dispatch.objects.filter(opened_at__gt=now - COUNTED_FOR).values_list("pk", flat=True)
    outcomes = OutcomeCounts.objects.filter(pk__in=list(recent)).values_list("pk", *STAGES, "complained")
    for dispatch, *numbers in outcomes:
        counted = MailboxCount.objects.filter(dispatch=dispatch).aggregate(
            **{name: Sum(name, default=0) for name in (*STAGES, "complained")}
        )
        if list(counted.values()) != numbers:
            _count(dispatch)


def mailbox_rates(*, now: datetime) -> list[MailboxRates]:
    """Return the sums of the last seven days by mailbox provider, the largest first."""
    names = (*STAGES, "complained")
    rows = MailboxCount.objects.filter(dispatch__opened_at__gt=now - SHOWN_FOR).values("mailbox_provider").order_by()
    sums = rows.annotate(*[Sum(name) for name in names])
    found = sums.values_list("mailbox_provider", *[f"{name}__sum" for name in names])
    return sorted((MailboxRates(*row) for row in found), key=lambda rates: -rates.total)


def _count(dispatch: int) -> None:
    outcome, subscriber = ReaderOutcome._meta.db_table, Subscriber._meta.db_table
    cases = " ".join(f"WHEN {' OR '.join(['s.email LIKE %s'] * len(domains))} THEN %s" for domains in DOMAINS.values())
    values: list[object] = []
    for name, domains in DOMAINS.items():
        values += [*(f"%@{domain}" for domain in domains), name]
    numbers = ", ".join(f"COUNT(*) FILTER (WHERE o.reached = {stage.value})" for stage in STAGES.values())
    rows = sql.fetch_all(
        f"SELECT CASE {cases} ELSE %s END AS provider, {numbers}, COUNT(o.complained_at) "  # noqa: S608 — own words
        f"FROM {outcome} o LEFT JOIN {subscriber} s ON s.id = o.subscriber WHERE o.dispatch_id = %s GROUP BY provider",
        [*values, OTHER, dispatch],
    )
    names = ("mailbox_provider", *STAGES, "complained")
    with transaction.atomic():
        MailboxCount.objects.filter(dispatch=dispatch).delete()
        MailboxCount.objects.bulk_create(
            [MailboxCount(dispatch_id=dispatch, **dict(zip(names, row, strict=True))) for row in rows],
            ignore_conflicts=True,
        )
