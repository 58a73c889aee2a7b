"""Warm-ups: a sending domain that mailboxes do not know yet is made known by little mail that grows each day."""

import re
from collections.abc import Sequence
from datetime import date

from django.db import transaction

from newsletter.audience import subscriber_counts
from newsletter.delivery.models import WarmUp
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication

FIRST_DAY = 250
LONGEST, MOST = 366, 10_000_000  # days, readers a day
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


def default_plan(readers: int) -> list[int]:
    """250 readers on the first day and twice as many on each day after it, up to a day on which all `readers` fit.

    Twice the mail a day is what mailboxes put up with as a rule; a million readers take thirteen days.
    """
    plan = [FIRST_DAY]
    while plan[-1] < min(readers, MOST // 2):
        plan.append(plan[-1] * 2)
    return plan


def domain_of(address: str) -> str:
    """The domain that a sender's address is on."""
    return address.rpartition("@")[2].lower()


def add(domain: str, *, starts_on: date, daily: Sequence[int] | None = None) -> WarmUp:
    """The warm-up of `domain`, made or made anew; `BadInput` when domain or plan cannot be.

    Without `daily`, the plan that suits all publications sent from there (`default_plan`).
    """
    name = domain.strip().lower().removeprefix("@").removesuffix(".")
    if not DOMAIN.fullmatch(name) or len(name) > 253:
        raise BadInput("domain", "is not a domain.", "Give one such as mail.example.org, as in the sender's address.")
    plan = list(default_plan(_readers(name)) if daily is None else daily)
    if not 1 <= len(plan) <= LONGEST or any(not 1 <= number <= MOST for number in plan):
        raise BadInput(
            "plan", "is not a list of readers a day.", f"Give 1 to {LONGEST} numbers such as 500,1000,2000,4000."
        )
    made, _ = WarmUp.objects.update_or_create(domain=name, defaults={"starts_on": starts_on, "daily": plan})
    return made


def remove(domain: str) -> None:
    """End the limit at once; `InvalidState` when there is none."""
    with transaction.atomic():
        removed, _ = WarmUp.objects.filter(domain=domain.strip().lower().removeprefix("@")).delete()
        if not removed:
            raise InvalidState(f"There is no warm-up of {domain!r}.")


def _readers(domain: str) -> int:
    publications = Publication.objects.filter(is_active=True)
    return sum(
        subscriber_counts.count_subscribers(each).active
        for each in publications
        if domain_of(each.sender_email) == domain
    )
