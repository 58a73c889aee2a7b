"""Warm-ups: daily limits that let the volume of a new sending domain grow slowly, so that mailboxes trust it."""

import re
from collections.abc import Sequence
from datetime import date

from django.db import transaction

from newsletter.audience import subscriber_counts
from newsletter.delivery.models import WarmUp
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication

FIRST_DAY = 250
MAX_DAYS, MAX_DAILY_READERS = 366, 10_000_000
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


def default_plan(readers: int) -> list[int]:
    """Return daily limits: 250 readers on the first day, doubled each day until all `readers` fit into one day.

    Mailboxes generally tolerate twice the volume of the day before; a million readers take thirteen days.
    """
    plan = [FIRST_DAY]
    while plan[-1] < min(readers, MAX_DAILY_READERS // 2):
        plan.append(plan[-1] * 2)
    return plan


def domain_of(address: str) -> str:
    """Return the domain of a sender's address."""
    return address.rpartition("@")[2].lower()


def add(domain: str, *, starts_on: date, daily: Sequence[int] | None = None) -> WarmUp:
    """Create the warm-up of `domain`, or replace it. Raise `BadInput` for an invalid domain or plan.

    Without `daily`, the plan is the default one for all active publications sent from this domain.
    """
    name = domain.strip().lower().removeprefix("@").removesuffix(".")
    if not DOMAIN.fullmatch(name) or len(name) > 253:
        raise BadInput(
            "domain", "is not a domain.", "Enter the domain of the sender's address, such as mail.example.org."
        )
    plan = list(default_plan(_readers(name)) if daily is None else daily)
    if not 1 <= len(plan) <= MAX_DAYS or any(not 1 <= number <= MAX_DAILY_READERS for number in plan):
        raise BadInput(
            "plan", "is not a list of readers a day.", f"Enter 1 to {MAX_DAYS} numbers such as 500,1000,2000,4000."
        )
    made, _ = WarmUp.objects.update_or_create(domain=name, defaults={"starts_on": starts_on, "daily": plan})
    return made


def remove(domain: str) -> None:
    """Delete the warm-up of `domain`, which ends its limit at once. Raise `InvalidState` when there is none."""
    with transaction.atomic():
        removed, _ = WarmUp.objects.filter(domain=domain.strip().lower().removeprefix("@")).delete()
        if not removed:
            raise InvalidState(f"There is no warm-up for {domain!r}.")


def _readers(domain: str) -> int:
    publications = Publication.objects.filter(is_active=True)
    return sum(
        subscriber_counts.count_subscribers(each).active
        for each in publications
        if domain_of(each.sender_email) == domain
    )
