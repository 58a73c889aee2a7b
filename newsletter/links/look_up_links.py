"""Order look-ups of links, and do them: a few at a time, and the links of one host one after the other."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import structlog
from django.db import transaction

from newsletter.lib.claim_rows import claim
from newsletter.lib.safe_connection import FetchError
from newsletter.links.ask_site import SiteAnswer, ask_site
from newsletter.links.models import LinkAnswer, LinkLookup

log = structlog.get_logger()

KEPT_FRESH = timedelta(hours=6)  # an answer is asked for again after that, while an email with the link waits
KEPT = timedelta(days=7)  # after no email waits any more
NOTED_EVERY = timedelta(hours=1)  # how exactly `ordered_at` is kept
LEASE = timedelta(seconds=60)  # longer than both methods
RETRY_PAUSES = tuple(timedelta(minutes=m) for m in (1, 10))  # after no answer
MAX_TRIES = len(RETRY_PAUSES) + 1
MAX_AT_ONCE = 2
MISSING = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
Ask = Callable[[str], SiteAnswer]


def link_key(url: str) -> str:
    """Return the key of an address."""
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:32]


def order(urls: Iterable[str], *, now: datetime) -> None:
    """Order the look-up of links that were not looked up within the last hours."""
    wanted = {link_key(url): url for url in urls if len(url) <= 2000}
    known = {row.key: row for row in LinkLookup.objects.filter(key__in=wanted)}
    new = [
        LinkLookup(key=key, url=url, host=(urlsplit(url).hostname or "")[:253], ordered_at=now)
        for key, url in wanted.items()
        if key not in known
    ]
    if new:
        LinkLookup.objects.bulk_create(new, ignore_conflicts=True)
    old = [row.pk for row in known.values() if row.looked_up_at and row.looked_up_at < now - KEPT_FRESH]
    if old:
        waiting = {"is_waiting": True, "tries": 0, "try_at": None, "ordered_at": now}
        LinkLookup.objects.filter(pk__in=old, is_waiting=False).update(**waiting)
    noted = [row.pk for row in known.values() if row.ordered_at < now - NOTED_EVERY]
    if noted:
        LinkLookup.objects.filter(pk__in=noted).update(ordered_at=now)


def look_up_next(*, now: datetime, ask: Ask = ask_site) -> bool:
    """Look up one due link, or record why that failed. Return False if none is due, or enough are being looked up."""
    if not LinkLookup.objects.due(now).exists():
        return False  # the usual case
    hosts = list(LinkLookup.objects.held(now).values_list("host", flat=True))
    if len(hosts) >= MAX_AT_ONCE:
        return False
    with transaction.atomic():
        due = LinkLookup.objects.due(now).exclude(host__in=hosts)
        found, spent = claim(due, now=now, lease=LEASE, max_rows=1, max_tries=MAX_TRIES)
        for row in found:
            row.held_until = now + LEASE
            row.save(update_fields=["held_until"])
    for row in spent:
        _record(row, now=now, answer=LinkAnswer.UNKNOWN, problem="Every attempt to look it up failed.")
    for row in found:
        _look_up(row, now=now, ask=ask)
    return bool(found or spent)


def delete_old(*, now: datetime) -> None:
    """Delete look-ups of links that no email has waited with for days."""
    LinkLookup.objects.filter(ordered_at__lt=now - KEPT).delete()


def _look_up(row: LinkLookup, *, now: datetime, ask: Ask) -> None:
    try:
        found = ask(row.url)
    except FetchError as error:
        _record_failure(row, error.problem, again=not error.is_final, now=now)
    except Exception:
        log.exception("link.not_looked_up", lookup=row.pk)
        _record_failure(row, "It could not be looked up.", again=True, now=now)
    else:
        if found.status in MISSING:
            _record(row, now=now, answer=LinkAnswer.BROKEN, status=found.status)
        elif found.status >= HTTPStatus.BAD_REQUEST:
            # sites often refuse programs, and a busy one works again tomorrow
            _record(row, now=now, answer=LinkAnswer.UNKNOWN, status=found.status)
        elif found.moved_to and found.moved_to != row.url:
            _record(row, now=now, answer=LinkAnswer.MOVED, status=found.status, target=found.moved_to[:2000])
        else:
            _record(row, now=now, answer=LinkAnswer.WORKS, status=found.status)


def _record_failure(row: LinkLookup, problem: str, *, again: bool, now: datetime) -> None:
    if again and row.tries < MAX_TRIES:
        held = LinkLookup.objects.filter(pk=row.pk, tries=row.tries, held_until=row.held_until)
        held.update(held_until=None, try_at=now + RETRY_PAUSES[row.tries - 1])
    else:
        _record(row, now=now, answer=LinkAnswer.UNKNOWN, problem=problem)


def _record(
    row: LinkLookup, *, now: datetime, answer: LinkAnswer, status: int = 0, target: str = "", problem: str = ""
) -> None:
    """Record an answer, unless the link was claimed again in the meantime."""
    held = LinkLookup.objects.filter(pk=row.pk, tries=row.tries, is_waiting=True)
    held.update(
        is_waiting=False,
        held_until=None,
        try_at=None,
        answer=answer,
        status=status,
        target=target,
        problem=problem[:200],
        looked_up_at=now,
    )
