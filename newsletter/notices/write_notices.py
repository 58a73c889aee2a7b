"""Write notices: each condition once, for the people who may know it and want to, and for webhooks.

A run compares the conditions that hold with the open notices, so it may be repeated, and two at once do no harm.
Nothing is written in the transaction of what a notice is about: its row is there already, and a fault here stops no
edition.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission, users_with
from newsletter.notices import edition_conditions, personal_conditions, service_conditions
from newsletter.notices.choices import choices_of, email_time
from newsletter.notices.conditions import Condition, NoticeText
from newsletter.notices.kind_names import NoticeKind
from newsletter.notices.kinds import DeliveryChoice
from newsletter.notices.models import NoticeRecipient, StaffNotice
from newsletter.notices.webhooks import order_deliveries

MAX_NEW = 200  # notices in a run; the next one goes on
SAME = timedelta(minutes=10)  # what goes up and down is the same condition when it comes back within this time
UP_AND_DOWN = (NoticeKind.ATTENTION, NoticeKind.EVENTS, NoticeKind.THIN_QUEUE)
log = structlog.get_logger()

# what is looked for in a run, and which kinds of notices are over when it is not found
Finder = Callable[[datetime], Iterable[Condition]]
QUICK: tuple[tuple[Finder, tuple[NoticeKind, ...]], ...] = (
    (lambda _: edition_conditions.waiting_editions(), (NoticeKind.APPROVAL,)),
    (lambda now: edition_conditions.held_editions(now=now), (NoticeKind.HELD, NoticeKind.DEADLINE)),
    (lambda now: edition_conditions.past_editions(now=now), ()),
    (lambda _: edition_conditions.dispatches_in_trouble(), (NoticeKind.ATTENTION,)),
    (lambda now: personal_conditions.changed_roles(now=now), ()),
    (lambda now: personal_conditions.unread_mentions(now=now), (NoticeKind.MENTION,)),
    (lambda _: service_conditions.webhooks_off(), (NoticeKind.WEBHOOK,)),
)
JUDGED: tuple[tuple[Finder, tuple[NoticeKind, ...]], ...] = (
    (lambda now: service_conditions.thin_queues(now=now), (NoticeKind.THIN_QUEUE,)),
    (lambda now: service_conditions.silent_events(now=now), (NoticeKind.EVENTS,)),
)
# whose end is a notice, too: something was broken, and people may be waiting for the end
OVER = {
    NoticeKind.EVENTS: ("Delivery events arrive again", "The delivery reports go on."),
    NoticeKind.ATTENTION: ("{title}: this is over", "Nothing needs to be done any more."),
}


def write_new(*, now: datetime) -> int:
    """Write what is new of editions, dispatches and roles, and close what is over. Return how many were written."""
    return _run(QUICK, now=now)


def write_judged(*, now: datetime) -> int:
    """Do the same for what takes longer to judge: story queues, and whether events arrive."""
    return _run(JUDGED, now=now)


def write(condition: Condition, *, now: datetime) -> StaffNotice | None:
    """Write one notice with its recipients; None if it is written already, or was over for a moment only."""
    if condition.kind in UP_AND_DOWN and not condition.is_event and _reopen(condition, now=now):
        return None
    text = condition.write()
    if len(condition.name) > 90:
        raise ValueError(f"the condition {condition.name!r} is too long")
    suffix = "" if condition.is_event else f":{int(now.timestamp())}"
    try:
        with transaction.atomic():
            notice = StaffNotice.objects.create(
                kind=condition.kind,
                key=f"{condition.kind}:{condition.name}{suffix}",
                condition=condition.name,
                publication_id=condition.publication_id,
                edition_id=condition.edition_id,
                title=text.title[:200],
                lines=text.lines,
                label=text.label,
                paths=text.paths,
                happened_at=condition.happened_at or now,
                ended_at=(condition.happened_at or now) if condition.is_event else None,
            )
            _add_recipients(notice, condition, now=now)
            order_deliveries.order(notice, now=now, not_before=now + condition.put_off)
    except IntegrityError:  # another worker has just written it
        return None
    log.info("notice.written", kind=condition.kind.value, notice=notice.pk, edition=notice.edition_id)
    return notice


def _reopen(condition: Condition, *, now: datetime) -> bool:
    """Open the notice of a condition that was over for a moment again. Return False if there is none.

    The notice that it was over is taken back, before anybody got an email with it.
    """
    same = StaffNotice.objects.filter(kind=condition.kind, condition=condition.name, ended_at__gt=now - SAME).first()
    if same is None:
        return False
    with transaction.atomic():
        if not StaffNotice.objects.filter(pk=same.pk, ended_at=same.ended_at).update(ended_at=None):
            return False  # another worker was quicker
        taken_back, _ = StaffNotice.objects.filter(key=f"{same.kind}:{_over(same)}").delete()
        if taken_back:
            same.recipients.update(read_at=None)  # who has seen that it was over sees that it is not
    return True


def _run(finders: tuple[tuple[Finder, tuple[NoticeKind, ...]], ...], *, now: datetime) -> int:
    written = 0
    for find, ends in finders:
        try:
            written += _compare(find, ends, now=now)
        except Exception:
            log.exception("notices.not_written", kinds=[kind.value for kind in ends])
    return written


def _compare(find: Finder, ends: tuple[NoticeKind, ...], *, now: datetime) -> int:
    """Write the conditions that have no notice, and close the notices whose condition is not found any more.

    The notices are read first, so that one that another worker writes meanwhile is not closed.
    """
    open_rows = StaffNotice.objects.filter(kind__in=ends, ended_at=None).order_by()  # the index of open ones suffices
    open_ones = {(one.kind, one.condition): one for one in open_rows} if ends else {}
    found = list(find(now))
    events = [f"{one.kind}:{one.name}" for one in found if one.is_event]
    with_key = StaffNotice.objects.filter(key__in=events).order_by().values_list("key", flat=True)
    written_keys = set(with_key) if events else set()
    written = 0
    for one in found:
        is_known = f"{one.kind}:{one.name}" in written_keys if one.is_event else (one.kind, one.name) in open_ones
        if not is_known and written < MAX_NEW:
            written += _written(one, now=now)
    holding = {(one.kind, one.name) for one in found}
    for key, notice in open_ones.items():
        if key not in holding:
            written += _close(notice, now=now)
    return written


def _written(condition: Condition, *, now: datetime) -> int:
    """Write one notice and return 1, or 0 if it is written already or cannot be: the others are still written."""
    try:
        return 1 if write(condition, now=now) else 0
    except Exception:
        log.exception("notice.not_written", kind=condition.kind.value, condition=condition.name)
        return 0


def _close(notice: StaffNotice, *, now: datetime) -> int:
    """Note that a condition is over, and write a notice of that where it is useful. Return how many were written."""
    is_unseen = notice.kind == NoticeKind.MENTION and personal_conditions.is_unseen(notice.condition)
    # a mention that nobody looked at for days is not looked for any more, but it is not settled
    ended_at = notice.happened_at if is_unseen else now
    if not StaffNotice.objects.filter(pk=notice.pk, ended_at=None).update(ended_at=ended_at):
        return 0
    if notice.kind == NoticeKind.MENTION and not is_unseen:  # they have seen the comment, or it was deleted
        notice.recipients.filter(read_at=None).update(read_at=now)
    if notice.kind not in OVER:
        return 0
    title, line = OVER[NoticeKind(notice.kind)]
    text = NoticeText(title.format(title=notice.title), [line], notice.label, notice.paths)
    over = Condition(
        NoticeKind(notice.kind),
        _over(notice),
        lambda: text,
        notice.publication_id,
        notice.edition_id,
        is_event=True,
        put_off=SAME,
    )
    return 1 if write(over, now=now) else 0


def _over(notice: StaffNotice) -> str:
    """Return the name of the event that the condition of a notice is over."""
    return f"over:{notice.pk}"


def _add_recipients(notice: StaffNotice, condition: Condition, *, now: datetime) -> None:
    """Add the recipients: who has one of the permissions, wants it, and did not cause it."""
    people: dict[int, tuple[User, str]] = {}
    if condition.user_id is not None:
        found = User.objects.filter(pk=condition.user_id, is_active=True)
        needed = next(iter(notice.paths))
        people = {user.pk: (user, needed) for user in found if _may(user, needed, notice.publication_id)}
    else:
        for permission in notice.paths:
            for user in users_with(Permission(permission), notice.publication_id):
                people.setdefault(user.pk, (user, permission))
    people.pop(condition.not_to or 0, None)
    chosen = choices_of(list(people), NoticeKind(notice.kind))
    recipients = [
        NoticeRecipient(
            notice=notice,
            user=user,
            permission=permission,
            choice=chosen[pk],
            email_due_at=email_time(user, chosen[pk], now=now + condition.put_off),
        )
        for pk, (user, permission) in people.items()
        if chosen[pk] != DeliveryChoice.NONE
    ]
    NoticeRecipient.objects.bulk_create(recipients)


def _may(user: User, needed: str, publication_id: int | None) -> bool:
    return not needed or has_permission(user, Permission(needed), publication_id)
