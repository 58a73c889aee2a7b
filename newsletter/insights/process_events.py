"""Understanding the posts that were kept: proofs first, then what follows for readers, then the books.

    take → read → match → settle doubts → suppress, let leave → join into outcomes and mark as absorbed

Only the last step marks a post, so a worker that is lost before it leaves posts that are absorbed
again, which changes nothing. No step but the last holds a lock, and that one for moments.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, transaction

from newsletter.insights import apply_events, match_events, reader_outcomes, webhook_inbox
from newsletter.insights.models import WebhookPost, WebhookPostState
from newsletter.lib.errors import BadInput
from newsletter.mail.sendgrid import event_webhook
from newsletter.mail.sendgrid.event_webhook import Event, ParsedPost

AT_ONCE = 25  # posts joined in memory before they are written: some 10 MB
log = structlog.get_logger()


def absorb(*, now: datetime, most: int = 100) -> int:
    """Absorb up to `most` waiting posts, the oldest first; how many there were, those set aside included."""
    done = 0
    while done < most and (taken := webhook_inbox.claim(now=now, max_posts=min(AT_ONCE, most - done))):
        _absorb(taken, now=now)
        done += len(taken)
    return done


def _absorb(notices: Sequence[WebhookPost], *, now: datetime) -> None:
    """All of them together; when that fails one by one, so that one that cannot be absorbed stands in nobody's way."""
    try:
        _understand(notices, now=now)
    except Exception as error:
        if len(notices) > 1:
            for notice in notices:
                _absorb([notice], now=now)
        elif _may_pass(error, notices[0]):
            log.warning("notice.left", notice=notices[0].pk, problem=type(error).__name__)
            webhook_inbox.leave(notices[0], now=now)
        else:
            log.exception("notice.crashed", notice=notices[0].pk)
            _absorb_apart(notices[0], now=now)


def _may_pass(error: Exception, notice: WebhookPost) -> bool:
    """The database is away or busy, as a rule, which is no fault of the post's. After the last try it is held to be."""
    return isinstance(error, OperationalError | InterfaceError) and notice.tries < webhook_inbox.MAX_TRIES


def _absorb_apart(notice: WebhookPost, *, now: datetime) -> None:
    """Each event of a post by itself, so that one that cannot be absorbed costs itself alone."""
    read = event_webhook.parse_post(bytes(notice.body), received_at=notice.received_at)
    failed: dict[str, int] = {}
    for event in read.events:
        try:
            _follow([event], now=now)
        except Exception as error:
            if _may_pass(error, notice):
                webhook_inbox.leave(notice, now=now)
                return
            log.exception("event.crashed", notice=notice.pk, kind=event.kind.value)
            failed[type(error).__name__] = failed.get(type(error).__name__, 0) + 1
    if failed:
        counts = ", ".join(f"{count} with {name}" for name, count in failed.items())
        webhook_inbox.quarantine(
            notice, problem=f"Of its {len(read.events)} events some could not be absorbed: {counts}."
        )
    else:
        _mark_absorbed([(notice, read)])


def _understand(notices: Sequence[WebhookPost], *, now: datetime) -> None:
    told = [(notice, read) for notice in notices if (read := _read(notice))]
    _follow([event for _, read in told for event in read.events], now=now, notices=told)


def _follow(given: Sequence[Event], *, now: datetime, notices: Sequence[tuple[WebhookPost, ParsedPost]] = ()) -> None:
    """What follows from these events, and with it the end of the `notices` that they are from."""
    matched = match_events.match(given)
    settled = apply_events.settle_uncertain_attempts(matched.events, now=now)
    apply_events.apply_suppressions(matched.events, publications=matched.publications)
    rows = reader_outcomes.merge_events(matched.events)
    with transaction.atomic():
        reader_outcomes.upsert(rows)
        _mark_absorbed(notices)
    log.info("notices.absorbed", notices=len(notices), events=len(matched.events), readers=len(rows), settled=settled)


def _mark_absorbed(told: Sequence[tuple[WebhookPost, ParsedPost]]) -> None:
    """One statement for all posts alike: as a rule they hold the same number of events, and none that is unreadable."""
    alike: dict[tuple[int, int], list[int]] = {}
    for notice, read in told:
        alike.setdefault((len(read.events), read.unreadable), []).append(notice.pk)
    for (count, unreadable), pks in alike.items():
        WebhookPost.objects.filter(pk__in=pks).update(
            state=WebhookPostState.PROCESSED,
            try_at=None,
            events=count,
            problem=f"{unreadable} of its events could not be read." if unreadable else "",
        )


def _read(notice: WebhookPost) -> ParsedPost | None:
    try:
        return event_webhook.parse_post(bytes(notice.body), received_at=notice.received_at)
    except BadInput as error:
        webhook_inbox.quarantine(notice, problem=str(error))
        return None
