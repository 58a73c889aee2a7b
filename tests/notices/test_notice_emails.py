"""Emails of notices: one each, one for a burst, one a day; nothing to closed accounts; each with a way to act."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.accounts import manage_users
from newsletter.accounts.models import Role, StaffEmail, User
from newsletter.accounts.render_staff_email import render
from newsletter.audit.models import Record
from newsletter.delivery.recipients import staff_email_sending
from newsletter.editions.models import EditionState
from newsletter.lib.errors import BadInput
from newsletter.notices import notice_emails, read_notices, write_notices
from newsletter.notices.choices import choose, next_digest
from newsletter.notices.conditions import Condition, NoticeText
from newsletter.notices.kind_names import NoticeKind
from newsletter.notices.kinds import DeliveryChoice
from newsletter.notices.models import NoticeRecipient
from newsletter.notices.personal_conditions import new_sign_in
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role, revoke_publication_role
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def tell(publication: Publication, number: int, *, now: datetime = MONDAY) -> None:
    """A notice for everybody who may approve."""
    edition = make.edition(
        publication, due_at=now + timedelta(hours=number), local_date=None, state=EditionState.ASSEMBLED
    )
    text = NoticeText(
        f"Edition {number} waits", ["Subject: Tide"], "Review the email", {"approve": f"/editions/{edition.pk}/"}
    )
    name = f"edition:{edition.pk}"
    assert write_notices.write(Condition(NoticeKind.APPROVAL, name, lambda: text, publication.pk, edition.pk), now=now)


def subjects() -> list[str]:
    return [email.content["subject"] for email in StaffEmail.objects.order_by("pk")]


def test_an_email_says_what_happened_what_comes_and_where_to_act(publication: Publication, eddie: User) -> None:
    tell(publication, 1)
    assert [notice_emails.order_due(now=MONDAY) for _ in range(2)] == [1, 0]
    [order] = StaffEmail.objects.all()
    content = staff_email_sending.content_of(order, now=MONDAY)
    assert order.to == eddie.email
    assert content
    letter = render(content)
    link = f"http://127.0.0.1:8000/editions/{publication.editions.get().pk}/"
    for part in (" ".join(letter.text.split()), letter.html):
        assert "Edition 1 waits" in part
        assert "If nobody acts: Without an approval by today, 11:00 EST it is held and no reader gets it." in part
        assert link in part
        assert "/account/notices/" in part
    assert "{{" not in letter.html


def test_a_burst_becomes_one_email_and_the_next_burst_waits_for_the_end_of_the_first(
    publication: Publication, eddie: User
) -> None:
    for number in range(1, 8):
        tell(publication, number)
    assert notice_emails.order_due(now=MONDAY) == 1
    assert subjects() == ["7 notices within minutes"]
    content = StaffEmail.objects.get().content
    assert [item["title"] for item in content["items"]] == [f"Edition {number} waits" for number in range(1, 8)]
    assert content["link"].endswith("/notices/")


def test_of_notices_that_come_one_after_the_other_three_have_an_email_each_and_the_others_one_ten_minutes_later(
    publication: Publication, eddie: User
) -> None:
    for second, notices in enumerate(([1, 2], [3], [4, 5], [6])):
        now = MONDAY + second * timedelta(seconds=5)
        for number in notices:
            tell(publication, number, now=now)
        notice_emails.order_due(now=now)
    assert subjects() == [f"Edition {number} waits" for number in (1, 2, 3)]
    assert not NoticeRecipient.objects.email_due(MONDAY + 9 * MINUTE).exists(), "so that no worker looks in vain"
    notice_emails.order_due(now=MONDAY + 10 * MINUTE)
    assert subjects()[3:] == ["3 notices within minutes"]


def test_a_flood_over_half_an_hour_gives_a_handful_of_emails(publication: Publication, eddie: User) -> None:
    for minute in range(30):
        now = MONDAY + minute * MINUTE
        tell(publication, minute + 1, now=now)
        notice_emails.order_due(now=now)
    assert 4 <= StaffEmail.objects.count() <= 12
    notice_emails.order_due(now=MONDAY + 45 * MINUTE)
    emailed = sum(len(email.content.get("items", [1])) for email in StaffEmail.objects.all())
    assert emailed == 30, "none is lost"


def test_an_email_lists_forty_and_says_how_many_more_there_are(
    publication: Publication, eddie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_emails, "MAX_LISTED", 4)
    for number in range(1, 10):
        tell(publication, number)
    assert [notice_emails.order_due(now=MONDAY + n * MINUTE) for n in range(20)] == [1, *[0] * 19]
    content = StaffEmail.objects.get().content
    assert (content["subject"], len(content["items"])) == ("9 notices within minutes", 4)
    assert content["after"][0] == "5 further notices on the page."


def test_a_sign_in_is_sent_at_once_even_in_a_burst(publication: Publication, eddie: User) -> None:
    for number in range(1, 8):
        tell(publication, number)
    write_notices.write(new_sign_in(eddie, browser="Firefox", network="192.0.2.0", now=MONDAY), now=MONDAY)
    notice_emails.order_due(now=MONDAY)
    assert sorted(subjects()) == ["7 notices within minutes", "Sign-in to your account in a new browser"]


def test_a_daily_email_comes_in_the_morning_of_the_person_s_own_clock(publication: Publication, eddie: User) -> None:
    User.objects.filter(pk=eddie.pk).update(time_zone="America/New_York")
    choose(eddie, {NoticeKind.APPROVAL: DeliveryChoice.DIGEST}, by=eddie, now=MONDAY)
    for number in (1, 2, 3):
        tell(publication, number, now=MONDAY + MINUTE)
    read_notices.mark(eddie, [read_notices.notices_of(eddie)[0].notice_id], is_read=True, now=MONDAY)
    assert notice_emails.order_due(now=MONDAY + DAY - MINUTE) == 0
    assert notice_emails.order_due(now=MONDAY + DAY) == 1  # seven in New York
    assert subjects() == ["2 notices of the last day"], "what was read on the page is left out"


@pytest.mark.parametrize(
    ("zone", "now", "due"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 28, 5, tzinfo=UTC), datetime(2026, 3, 28, 6, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 6, 1, 19, tzinfo=UTC), datetime(2026, 6, 2, 19, tzinfo=UTC)),
    ],
)
def test_the_time_of_the_daily_email_follows_the_clock(zone: str, now: datetime, due: datetime) -> None:
    assert next_digest(User(time_zone=zone), now=now) == due


def test_what_was_read_on_the_page_before_is_not_sent(publication: Publication, eddie: User) -> None:
    tell(publication, 1)
    read_notices.mark(eddie, None, is_read=True, now=MONDAY)
    assert notice_emails.order_due(now=MONDAY) == 0


def test_a_closed_account_gets_nothing_not_even_what_was_ordered(publication: Publication, eddie: User) -> None:
    make.person(Role.ADMIN, "Ada")
    tell(publication, 1)
    notice_emails.order_due(now=MONDAY)
    tell(publication, 2)
    manage_users.close_account(eddie, by=None, now=MONDAY)
    order = StaffEmail.objects.get(to=eddie.email)
    assert staff_email_sending.content_of(order, now=MONDAY) is None, "the provider was away until now"
    notice_emails.order_due(now=MONDAY)
    assert StaffEmail.objects.filter(to=eddie.email).count() == 1


def test_who_lost_the_role_since_gets_nothing_of_that_publication(publication: Publication) -> None:
    emma = User.objects.create_user("emma@example.org", name="Emma", role="")
    grant_publication_role(emma, publication, role=Role.EDITOR, by=None, now=MONDAY)
    tell(publication, 1)
    notice_emails.order_due(now=MONDAY)
    tell(publication, 2)
    revoke_publication_role(emma, publication, by=None, now=MONDAY)
    assert staff_email_sending.content_of(StaffEmail.objects.get(), now=MONDAY) is None
    assert notice_emails.order_due(now=MONDAY + DAY) == 0


def test_what_is_chosen_is_recorded_and_what_protects_the_account_cannot_be_chosen_away(eddie: User) -> None:
    choose(eddie, {NoticeKind.SENT: DeliveryChoice.EMAIL}, by=eddie, now=MONDAY)
    choose(eddie, {NoticeKind.SENT: DeliveryChoice.EMAIL}, by=eddie, now=MONDAY)
    assert Record.objects.get(act="notices-chosen").details == {"sent": "page → email"}
    with pytest.raises(BadInput, match="sign-in: cannot be changed"):
        choose(eddie, {NoticeKind.SIGN_IN: DeliveryChoice.NONE}, by=eddie, now=MONDAY)
