"""Understanding the posts that were kept: proofs first, then what follows for readers, then the books.

    take → read → match → settle doubts → suppress, let leave → join into outcomes and mark as absorbed

Only the last step marks a post, so a worker that is lost before it leaves posts that are absorbed
again, which changes nothing. No step but the last holds a lock, and that one for moments.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, transaction

from newsletter.insights import consequences, inbox, matching, outcomes
from newsletter.insights.models import Notice, NoticeState
from newsletter.lib.errors import BadInput
from newsletter.mail.sendgrid import events
from newsletter.mail.sendgrid.events import Told

AT_ONCE = 25  # posts joined in memory before they are written: some 10 MB
log = structlog.get_logger()


def absorb(*, now: datetime, most: int = 100) -> int:
    """Absorb up to `most` waiting posts, the oldest first; how many there were, those set aside included."""
    done = 0
    while done < most and (taken := inbox.take(now=now, most=min(AT_ONCE, most - done))):
        _absorb(taken, now=now)
        done += len(taken)
    return done


def _absorb(notices: Sequence[Notice], *, now: datetime) -> None:
    """All of them together; when that fails one by one, so that one that cannot be absorbed stands in nobody's way."""
    try:
        _understand(notices, now=now)
    except Exception as error:
        if len(notices) > 1:
            for notice in notices:
                _absorb([notice], now=now)
        elif isinstance(error, OperationalError | InterfaceError):
            # the database is away or busy, which is no fault of the post's: it waits until its lease ends
            log.warning("notice.left", notice=notices[0].pk, problem=type(error).__name__)
        else:
            log.exception("notice.crashed", notice=notices[0].pk)
            inbox.set_aside(notices[0], problem=f"Absorbing it failed: {type(error).__name__}.")


def _understand(notices: Sequence[Notice], *, now: datetime) -> None:
    told = [(notice, read) for notice in notices if (read := _read(notice))]
    matched = matching.match([event for _, read in told for event in read.events])
    settled = consequences.settle(matched.events, now=now)
    consequences.act(matched.events, publications=matched.publications)
    rows = outcomes.join(matched.events)
    with transaction.atomic():
        outcomes.write(rows)
        _mark_absorbed(told)
    log.info("notices.absorbed", notices=len(told), events=len(matched.events), readers=len(rows), settled=settled)


def _mark_absorbed(told: Sequence[tuple[Notice, Told]]) -> None:
    """One statement for all posts alike: as a rule they hold the same number of events, and none that is unreadable."""
    alike: dict[tuple[int, int], list[int]] = {}
    for notice, read in told:
        alike.setdefault((len(read.events), read.unreadable), []).append(notice.pk)
    for (count, unreadable), pks in alike.items():
        Notice.objects.filter(pk__in=pks).update(
            state=NoticeState.ABSORBED,
            lease_until=None,
            events=count,
            problem=f"{unreadable} of its events could not be read." if unreadable else "",
        )


def _read(notice: Notice) -> Told | None:
    try:
        return events.read(bytes(notice.body), received_at=notice.received_at)
    except BadInput as error:
        inbox.set_aside(notice, problem=str(error))
        return None
