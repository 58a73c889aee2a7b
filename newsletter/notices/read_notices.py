"""The notices of a person: what they may see now, how many are unread, reading them."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, permitted_ids
from newsletter.delivery.dispatches.active_pauses import active_pauses
from newsletter.delivery.dispatches.if_nobody_acts import if_nobody_acts
from newsletter.delivery.pause_models import SendingPause
from newsletter.notices.models import NoticeRecipient, StaffNotice


def notices_of(user: User) -> QuerySet[NoticeRecipient]:
    """Return the notices that this user got and may still know, the newest first."""
    rows = NoticeRecipient.objects.filter(_visible(user), user=user)
    return rows.select_related("notice__publication", "notice__edition__publication").order_by(
        "-notice__happened_at", "-notice_id"
    )


def count_unread(user: User) -> int:
    """Return how many notices this user has not read, in one query."""
    return NoticeRecipient.objects.filter(_visible(user), user=user, read_at=None).count()


def mark(user: User, notices: Iterable[int] | None, *, is_read: bool, now: datetime) -> int:
    """Mark notices of this user as read or unread, all with None. Return how many that changed."""
    rows = NoticeRecipient.objects.filter(user=user, read_at__isnull=is_read)
    if notices is not None:
        rows = rows.filter(notice__in=notices)
    return rows.update(read_at=now if is_read else None)


def may_see(recipient: NoticeRecipient, user: User) -> bool:
    """Return True if this user may still know what the notice says."""
    if not recipient.permission:
        return user.is_active
    ids = permitted_ids(user, Permission(recipient.permission))
    return ids is None or recipient.notice.publication_id in ids


def consequence(notice: StaffNotice, *, pauses: Iterable[SendingPause], now: datetime) -> str:
    """Return what happens to the edition of an open notice if nobody acts; empty for others."""
    if notice.ended_at is not None or notice.edition is None:
        return ""
    return if_nobody_acts(notice.edition, pauses=list(pauses), now=now)


def pauses_now(*, now: datetime) -> list[SendingPause]:
    """Return the pauses of sending in force, for `consequence` of several notices."""
    return list(active_pauses(now=now))


def _visible(user: User) -> Q:
    """Return the condition for what this user may know: about themselves, or by a permission that they still have."""
    if not user.is_active:
        return Q(pk__in=[])
    visible = Q(permission="")
    for permission in Permission:
        ids = permitted_ids(user, permission)
        if ids is None:
            visible |= Q(permission=permission)
        elif ids:
            visible |= Q(permission=permission, notice__publication__in=ids)
    return visible
