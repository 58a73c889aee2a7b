"""What each person chose: which notices they get, and how. An act, recorded."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import NotPermitted, Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.lib.errors import BadInput
from newsletter.notices.kind_names import NoticeKind
from newsletter.notices.kinds import KINDS, DeliveryChoice
from newsletter.notices.models import NoticeChoice


def choices_of(users: Collection[int], kind: NoticeKind) -> dict[int, DeliveryChoice]:
    """Return how each of these users gets the notices of a kind, in one query."""
    rule = KINDS[kind]
    stored = NoticeChoice.objects.filter(user__in=users, kind=kind).values_list("user_id", "choice")
    chosen = {user: DeliveryChoice(choice) for user, choice in stored} if rule.may_choose else {}
    return {user: chosen.get(user, rule.default) for user in users}


def choices_for(user: User) -> dict[NoticeKind, DeliveryChoice]:
    """Return how this user gets the notices of each kind, in one query."""
    chosen = dict(NoticeChoice.objects.filter(user=user).values_list("kind", "choice"))
    return {
        kind: DeliveryChoice(chosen[kind]) if rule.may_choose and kind in chosen else rule.default
        for kind, rule in KINDS.items()
    }


def choose(
    user: User, wanted: dict[NoticeKind, DeliveryChoice], *, by: User | None, now: datetime
) -> dict[NoticeKind, DeliveryChoice]:
    """Store how this user gets notices from now on, and return all choices. `by` is the user or an administrator."""
    if by is not None and by.pk != user.pk:
        require(by, Permission.CONFIGURE)
    if by is not None and not by.is_active:
        raise NotPermitted("This account is closed.")
    for kind, choice in wanted.items():
        if not KINDS[kind].may_choose and choice != KINDS[kind].default:
            raise BadInput(kind.value, "cannot be changed.", "It protects the account, so it is always sent by email.")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        before = choices_for(user)
        changed = {kind: choice for kind, choice in wanted.items() if before[kind] != choice}
        for kind, choice in changed.items():
            NoticeChoice.objects.update_or_create(user=user, kind=kind, defaults={"choice": choice})
        if changed:
            details = {kind.value: f"{before[kind].value} → {choice.value}" for kind, choice in changed.items()}
            audit_trail.record(by, Act.NOTICES_CHOSEN, user, now=now, **details)
    return before | changed


def email_time(user: User, choice: DeliveryChoice, *, now: datetime) -> datetime | None:
    """Return when the email with a notice of `now` is due; None without one."""
    if choice == DeliveryChoice.EMAIL:
        return now
    return next_digest(user, now=now) if choice == DeliveryChoice.DIGEST else None


def next_digest(user: User, *, now: datetime) -> datetime:
    """Return when the next daily email of this user is due: at `NOTICE_DIGEST_HOUR` of their clock."""
    zone = ZoneInfo(user.time_zone)
    local = now.astimezone(zone)
    due = datetime.combine(local.date(), time(settings.NOTICE_DIGEST_HOUR), zone)
    return due if due > now else datetime.combine(local.date() + timedelta(days=1), time(due.hour), zone)
