"""Order the emails of notices: one each, or one for many when they come in a burst or once a day."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from newsletter.accounts import staff_emails
from newsletter.accounts.models import User
from newsletter.accounts.staff_emails import StaffEmailContent, StaffEmailItem
from newsletter.delivery.pause_models import SendingPause
from newsletter.lib.display_text import pluralize
from newsletter.notices.kind_names import NoticeKind
from newsletter.notices.kinds import DeliveryChoice
from newsletter.notices.models import NoticeRecipient
from newsletter.notices.read_notices import consequence, may_see, pauses_now

MAX_SINGLE = 3  # emails with one notice each, in the time of a burst
BURST = timedelta(minutes=10)
MAX_LISTED = 40  # notices in one email
MAX_USERS = 200  # in a run
MAX_ROWS = 2000  # notices of a person in a run


def order_due(*, now: datetime) -> int:
    """Order the emails that are due. Return how many were ordered."""
    due = NoticeRecipient.objects.email_due(now)
    users = list(due.order_by("user_id").values_list("user_id", flat=True).distinct()[:MAX_USERS])
    return sum(_order_for(user_id, now=now) for user_id in users)


def _order_for(user_id: int, *, now: datetime) -> int:
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)  # so that two workers do not send the same
        rows = NoticeRecipient.objects.email_due(now).filter(user=user)
        rows = rows.select_related("notice__edition__publication", "notice__publication").order_by("notice_id")
        due: list[NoticeRecipient] = []
        void: list[NoticeRecipient] = []
        for row in rows[:MAX_ROWS]:
            (due if row.read_at is None and may_see(row, user) else void).append(row)
        NoticeRecipient.objects.filter(pk__in=[row.pk for row in void]).update(email_due_at=None)
        pauses = pauses_now(now=now) if due else []
        daily = [row for row in due if row.choice == DeliveryChoice.DIGEST]
        at_once = [row for row in due if row.choice != DeliveryChoice.DIGEST]
        ordered = 0
        for group in [daily, *_grouped(user, at_once, now=now)]:
            if group:
                staff_emails.order_notice(user.email, _content(group, pauses, now=now), now=now)
                # each email has a moment of its own, so that `_grouped` can count them
                moment = now + timedelta(microseconds=ordered)
                NoticeRecipient.objects.filter(pk__in=[row.pk for row in group]).update(emailed_at=moment)
                ordered += 1
    return ordered


def _grouped(user: User, rows: list[NoticeRecipient], *, now: datetime) -> list[list[NoticeRecipient]]:
    """Return the notices of each email that may be sent now; those that follow a burst are put off until its end.

    What protects an account is never put off.
    """
    alone = [[row] for row in rows if row.notice.kind == NoticeKind.SIGN_IN]
    rows = [row for row in rows if row.notice.kind != NoticeKind.SIGN_IN]
    if not rows:
        return alone
    recent = NoticeRecipient.objects.filter(user=user, choice=DeliveryChoice.EMAIL, emailed_at__gt=now - BURST)
    sent = recent.exclude(notice__kind=NoticeKind.SIGN_IN).order_by("emailed_at").distinct()
    moments = [moment for moment in sent.values_list("emailed_at", flat=True) if moment]
    if len(moments) + len(rows) <= MAX_SINGLE:
        return alone + [[row] for row in rows]
    if len(moments) < MAX_SINGLE:
        return [*alone, rows]
    end = moments[-MAX_SINGLE] + BURST
    NoticeRecipient.objects.filter(pk__in=[row.pk for row in rows]).update(email_due_at=end)
    return alone


def _content(rows: list[NoticeRecipient], pauses: list[SendingPause], *, now: datetime) -> StaffEmailContent:
    requires = sorted({(row.permission, row.notice.publication_id) for row in rows if row.permission}, key=str)
    items = [_item(row, pauses, now=now) for row in rows[:MAX_LISTED]]
    content = StaffEmailContent(
        subject=items[0]["title"],
        heading=items[0]["title"],
        lines=items[0]["lines"],
        label=items[0]["label"],
        link=items[0]["link"],
        after=[
            f"The page asks you to sign in. You choose which notices you get at {settings.BASE_URL}/account/notices/",
        ],
        requires=requires,
    )
    if len(rows) > 1:
        daily = rows[0].choice == DeliveryChoice.DIGEST
        count = pluralize(len(rows), "notice")
        content["subject"] = f"{count} of the last day" if daily else f"{count} within minutes"
        content["heading"], content["lines"], content["items"] = content["subject"], [], items
        if len(rows) > MAX_LISTED:
            content["after"].insert(0, f"{pluralize(len(rows) - MAX_LISTED, 'further notice')} on the page.")
        content["label"], content["link"] = "Show all notices", f"{settings.BASE_URL}/notices/"
    return content


def _item(row: NoticeRecipient, pauses: list[SendingPause], *, now: datetime) -> StaffEmailItem:
    notice = row.notice
    lines = list(notice.lines)
    if sentence := consequence(notice, pauses=pauses, now=now):
        lines.append(f"If nobody acts: {sentence}")
    elif notice.ended_at and notice.ended_at > notice.happened_at:
        lines.append("This is settled.")
    link = f"{settings.BASE_URL}{row.path}"
    return StaffEmailItem(title=notice.title, lines=lines, label=notice.label, link=link)
