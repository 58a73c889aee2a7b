"""Each thing is a notice once, to the people who may know it, and a condition that is over is closed."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from newsletter.accounts import manage_users
from newsletter.accounts.models import Role, StaffEmail, User
from newsletter.audit.acts import Door
from newsletter.audit.audit_trail import acting_from
from newsletter.delivery.dispatches import control_dispatch, open_dispatch
from newsletter.delivery.models import Dispatch
from newsletter.delivery.states import DispatchState
from newsletter.editions.comments import read_comments, write_comments
from newsletter.editions.models import Edition, EditionState, FrozenLetter
from newsletter.insights import webhook_post_queue
from newsletter.insights.models import PostRefusal
from newsletter.insights.rejected_posts import Reason
from newsletter.letters import assemble_edition, edition_decisions, second_person
from newsletter.lib import clock
from newsletter.notices import (
    delete_old,
    edition_conditions,
    notice_emails,
    read_notices,
    service_conditions,
    write_notices,
)
from newsletter.notices.choices import choose
from newsletter.notices.kind_names import NoticeKind
from newsletter.notices.kinds import DeliveryChoice
from newsletter.notices.models import NoticeRecipient, StaffNotice
from newsletter.notices.personal_conditions import new_sign_in
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role, revoke_publication_role
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def waiting(publication: Publication, due_at: datetime = MONDAY) -> Edition:
    """An edition that is assembled and waits for an approval."""
    for _ in range(publication.minimum_stories):
        make.story(publication)
    edition = make.edition(publication, due_at=due_at)
    return assemble_edition.assemble(edition.pk, now=due_at - HOUR)


def notices_for(user: User, kind: NoticeKind | None = None) -> list[NoticeRecipient]:
    found = read_notices.notices_of(User.objects.get(pk=user.pk))
    return list(found.filter(notice__kind=kind) if kind else found)


def sentence(notice: StaffNotice, now: datetime) -> str:
    fresh = StaffNotice.objects.select_related("edition__publication").get(pk=notice.pk)
    return read_notices.consequence(fresh, pauses=[], now=now)


def test_an_email_that_waits_for_approval_is_one_notice_until_it_is_approved(
    publication: Publication, eddie: User, cora: User
) -> None:
    edition = waiting(publication)
    now = MONDAY - HOUR
    assert [write_notices.write_new(now=now + n * MINUTE) for n in range(3)] == [1, 0, 0]
    [row] = notices_for(eddie)
    assert row.notice.title == "The Morning Post of Mon 23 Nov 2026 waits for approval"
    assert row.path == f"/editions/{edition.pk}/"
    assert sentence(row.notice, now) == ("Without an approval by today, 10:00 EST it is held and no reader gets it."), (
        "as the page of the edition says it"
    )
    assert notices_for(cora) == [], "a curator cannot approve"
    edition_decisions.approve(edition, content_hash=edition.content_hash, by=eddie, now=now)
    assert write_notices.write_new(now=now + HOUR / 2) == 0
    [row] = notices_for(eddie)
    assert row.notice.ended_at == now + HOUR / 2
    assert sentence(row.notice, now) == ""


def test_where_two_people_have_to_agree_the_second_gets_a_notice_after_the_first_has_submitted(
    publication: Publication, eddie: User, cora: User, ada: User
) -> None:
    Publication.objects.update(two_people=True)
    edition = waiting(publication)
    write_notices.write_new(now=MONDAY - HOUR)
    for person in (eddie, cora, ada):
        assert [row.notice.title for row in notices_for(person)] == [
            "The Morning Post of Mon 23 Nov 2026 waits to be submitted for review"
        ]
    second_person.submit_for_review(edition, content_hash=edition.content_hash, by=eddie, now=MONDAY - HOUR)
    write_notices.write_new(now=MONDAY - HOUR + MINUTE)
    assert [row.notice.ended_at is None for row in notices_for(ada)] == [True, False]
    assert "Eddie submitted it for review." in notices_for(ada)[0].notice.lines
    assert len(notices_for(eddie)) == 1, "who submitted it cannot approve it and is not asked to"


def test_what_preflight_stops_is_a_notice_with_its_findings_and_what_a_person_holds_is_none(
    publication: Publication, eddie: User
) -> None:
    edition = waiting(publication)
    finding = {"code": "link.broken", "severity": "stop", "place": "Story 1", "hint": "Enter a whole address."}
    FrozenLetter.objects.filter(edition=edition).update(findings=[finding])
    with acting_from(Door.PAGE, "192.0.2.1"):  # somebody rebuilt it
        edition_decisions.review(edition, now=MONDAY - HOUR)
    other = waiting(make.publication(), MONDAY + HOUR)
    edition_decisions.hold(other, reason="The lawyers are reading.", by=eddie, now=MONDAY - HOUR)
    write_notices.write_new(now=MONDAY - HOUR)
    [row] = notices_for(eddie)
    assert row.notice.kind == NoticeKind.HELD
    assert row.notice.lines == ["Preflight found: link.broken.", "Story 1: Enter a whole address."]
    assert sentence(row.notice, MONDAY) == "It stays held and no reader gets it."


def test_a_missed_deadline_says_what_was_done(publication: Publication, eddie: User) -> None:
    waiting(publication)
    late = MONDAY + 4 * HOUR
    assert edition_decisions.hold_late(now=late)
    skipped = make.edition(make.publication(name="Evening", minimum_stories=3), due_at=MONDAY)
    assemble_edition.assemble(skipped.pk, now=MONDAY)
    write_notices.write_new(now=late)
    lines = {row.notice.title: row.notice.lines[0] for row in notices_for(eddie, NoticeKind.DEADLINE)}
    assert lines == {
        "The Morning Post of Mon 23 Nov 2026 missed its time and was held": "Not approved in time.",
        "Evening of Mon 23 Nov 2026 missed its time and was skipped": (
            "Skipped: The queue held fewer than 3 stories when the edition was due."
        ),
    }


def test_a_thin_queue_is_a_notice_hours_before_it_closes_as_assembly_would_find_it(
    publication: Publication, cora: User
) -> None:
    make.edition(publication, due_at=MONDAY, assemble_at=MONDAY - timedelta(minutes=20))
    make.story(publication, embargo_until=MONDAY + HOUR)
    make.story(publication)
    closes = MONDAY - HOUR / 2
    assert write_notices.write_judged(now=closes - 5 * HOUR) == 0, "not that early"
    assert [write_notices.write_judged(now=closes - 3 * HOUR + n * MINUTE) for n in range(3)] == [1, 0, 0]
    [row] = notices_for(cora)
    assert row.notice.lines[0] == "It has 1 of the 2 stories that it needs.", "a story under embargo does not count"
    assert row.notice.lines[1] == "Stories are taken until Mon 23 Nov 2026, 06:30 EST.", "read on any day"
    assert "without 2 stories at its send time it is skipped" in sentence(row.notice, closes - HOUR)
    make.story(publication)
    write_notices.write_judged(now=closes - HOUR)
    assert notices_for(cora)[0].notice.ended_at == closes - HOUR


def test_a_condition_that_comes_back_is_a_new_notice(publication: Publication, cora: User) -> None:
    make.edition(publication, due_at=MONDAY)
    story = make.story(publication)
    write_notices.write_judged(now=MONDAY - 3 * HOUR)
    another = make.story(publication)
    write_notices.write_judged(now=MONDAY - 2 * HOUR)
    another.delete()
    write_notices.write_judged(now=MONDAY - HOUR)
    assert [row.notice.ended_at for row in notices_for(cora)] == [None, MONDAY - 2 * HOUR]
    assert story.pk


def test_where_runs_take_turns_no_edition_is_forgotten_and_no_notice_closed_too_early(
    cora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_conditions, "JUDGED_AT_ONCE", 2)
    for _ in range(5):
        make.edition(make.publication(), due_at=MONDAY)
    for minute in range(6):
        write_notices.write_judged(now=MONDAY - 3 * HOUR + minute * MINUTE)
    assert [row.notice.ended_at for row in notices_for(cora)] == [None] * 5


@pytest.mark.parametrize("count", [0, 1, 10, 11, 50, 51, 500])
def test_every_edition_is_judged_within_minutes_however_many_there_are(count: int) -> None:
    soon = [Edition(pk=3 * number) for number in range(count)]
    runs = [service_conditions._turn(soon, MONDAY + minute * MINUTE) for minute in range(service_conditions.MAX_TURNS)]
    assert {edition.pk for run in runs for edition in run} == {edition.pk for edition in soon}
    assert max(len(run) for run in runs) <= max(service_conditions.JUDGED_AT_ONCE, count // 5 + 1)


def test_what_goes_up_and_down_within_minutes_is_one_notice(publication: Publication) -> None:
    otto = make.otto()
    dispatch = sent(publication)
    for minute in range(12):
        state = DispatchState.OPEN if minute % 2 else DispatchState.ATTENTION
        Dispatch.objects.filter(pk=dispatch.pk).update(state=state)
        write_notices.write_new(now=MONDAY + minute * MINUTE)
    assert len(notices_for(otto)) == 2, "that it began, and that it was over"
    assert emails_to(otto, now=MONDAY + 12 * MINUTE) == 1, "that it began"
    assert emails_to(otto, now=MONDAY + 20 * MINUTE) == 1
    assert emails_to(otto, now=MONDAY + 21 * MINUTE) == 2, "that it has been over for ten minutes"


def emails_to(user: User, *, now: datetime) -> int:
    notice_emails.order_due(now=now)
    return StaffEmail.objects.filter(to=user.email).count()


def test_nobody_is_left_with_the_notice_that_a_fault_is_over_when_it_comes_back(publication: Publication) -> None:
    otto = make.otto()
    dispatch = sent(publication)
    for minute, state in enumerate((DispatchState.ATTENTION, DispatchState.OPEN, DispatchState.ATTENTION)):
        Dispatch.objects.filter(pk=dispatch.pk).update(state=state)
        write_notices.write_new(now=MONDAY + minute * MINUTE)
        read_notices.mark(otto, None, is_read=state == DispatchState.OPEN, now=MONDAY + minute * MINUTE)
    [row] = notices_for(otto)
    assert row.notice.ended_at is None
    assert row.read_at is None, "it is shown as unread again"
    assert [emails_to(otto, now=MONDAY + n * HOUR) for n in (0, 1)] == [1, 1], "none says that it is over"


def sent(publication: Publication) -> Dispatch:
    make.readers(publication, 3)
    edition = make.approved_edition(publication, stories=2)
    dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert dispatch
    return dispatch


def test_a_sent_edition_is_a_notice_with_its_numbers_and_nothing_of_its_readers(
    publication: Publication, cora: User, eddie: User
) -> None:
    dispatch = sent(publication)
    dispatch.batches.update(state="accepted", submitted=3)
    edition = edition_decisions.mark_dispatched(dispatch.edition, now=MONDAY)
    assert edition.state == EditionState.DISPATCHED
    assert [write_notices.write_new(now=MONDAY + n * HOUR) for n in range(3)] == [1, 0, 0]
    [row] = notices_for(cora)
    assert row.notice.title == "The Morning Post of Mon 23 Nov 2026 was sent"
    assert row.notice.lines == ["Accepted by the provider: 3 readers of 3."]
    assert "readers.example" not in str(StaffNotice.objects.values())


def test_sending_that_stops_by_itself_is_a_notice_as_is_its_end_and_a_person_s_pause_is_none(
    publication: Publication, eddie: User
) -> None:
    otto = make.otto()
    dispatch = sent(publication)
    Dispatch.objects.filter(pk=dispatch.pk).update(state=DispatchState.ATTENTION, reason="Settle 1 batch.")
    assert write_notices.write_new(now=MONDAY) == 1
    assert write_notices.write_new(now=MONDAY + MINUTE) == 0
    [row], [same] = notices_for(otto), notices_for(eddie)
    assert row.notice == same.notice
    assert (row.path, same.path) == ("/ops/", f"/editions/{dispatch.edition_id}/"), "each goes where they can act"
    assert sentence(row.notice, MONDAY) == "The readers that need attention do not get it."
    Dispatch.objects.filter(pk=dispatch.pk).update(state=DispatchState.OPEN, reason="")
    assert write_notices.write_new(now=MONDAY + HOUR) == 1
    assert notices_for(otto)[0].notice.title.endswith("needs attention: this is over")
    control_dispatch.pause(Dispatch.objects.get(), reason="A wrong name.", by=otto)
    assert write_notices.write_new(now=MONDAY + 2 * HOUR) == 0


def test_rejected_events_are_a_notice_to_those_who_run_everything_and_so_is_their_return(
    publication: Publication, eddie: User
) -> None:
    otto = make.otto()
    olga = User.objects.create_user("olga@example.org", name="Olga", role="")
    grant_publication_role(olga, publication, role=Role.OPS, by=None, now=MONDAY)
    PostRefusal.objects.create(reason=Reason.NO_KEY, first_at=MONDAY, last_at=MONDAY)
    assert [write_notices.write_judged(now=MONDAY + n * MINUTE) for n in (1, 2)] == [1, 0]
    assert "SENDGRID_WEBHOOK_KEY is not set." in notices_for(otto)[0].notice.lines[0]
    assert notices_for(eddie) == notices_for(olga) == [], "it is about all publications"
    webhook_post_queue.store(b"[]", stamp="1", now=MONDAY + HOUR)
    assert write_notices.write_judged(now=MONDAY + HOUR) == 1
    assert notices_for(otto)[0].notice.title == "Delivery events arrive again"


def test_whose_role_changed_learns_it_from_the_record(publication: Publication, cora: User, ada: User) -> None:
    now = clock.now()
    manage_users.change_role(cora, role=Role.EDITOR, by=ada, now=now)
    grant_publication_role(cora, publication, role=Role.OPS, by=ada, now=now)
    revoke_publication_role(cora, publication, by=None, now=now)
    assert [write_notices.write_new(now=now), write_notices.write_new(now=now)] == [3, 0]
    assert {row.notice.lines[0] for row in notices_for(cora, NoticeKind.ROLE)} == {
        "You have the role editor for all publications in place of curator.",
        "You have the role ops for The Morning Post.",
        "You no longer have the role ops for The Morning Post.",
    }
    assert notices_for(ada) == []


def test_who_is_mentioned_learns_it_until_they_have_seen_the_comment(
    publication: Publication, cora: User, eddie: User
) -> None:
    story = make.story(publication, headline="Rain")
    text = "@Eddie, is rita@readers.example right?"
    write_comments.open_thread(story, text=text, by=cora, key="1" * 32, now=MONDAY)
    assert [write_notices.write_new(now=MONDAY), write_notices.write_new(now=MONDAY)] == [1, 0]
    [row] = notices_for(eddie)
    assert row.notice.title == "Cora mentions you in a comment"
    assert row.notice.lines == ["The Morning Post: a comment on the story “Rain”."], "not what it says"
    assert row.path == f"/stories/{story.pk}/comments/#comment-{story.comment_threads.get().comments.get().pk}"
    late = MONDAY + timedelta(days=4)
    write_notices.write_new(now=late)
    [row] = notices_for(eddie)
    assert (row.read_at, row.notice.ended_at) == (None, MONDAY), "not seen after days away: unread, and not settled"
    StaffNotice.objects.update(ended_at=None)
    read_comments.mark_read(story, eddie, now=MONDAY + MINUTE)
    write_notices.write_new(now=MONDAY + MINUTE)
    assert read_notices.count_unread(eddie) == 0
    User.objects.filter(pk=eddie.pk).update(role=Role.OPS)
    assert notices_for(eddie) == []


def test_nobody_gets_a_notice_of_a_publication_that_they_may_not_see(publication: Publication, eddie: User) -> None:
    other = make.publication(slug="evening")
    emma = User.objects.create_user("emma@example.org", name="Emma", role="")
    grant_publication_role(emma, other, role=Role.EDITOR, by=None, now=MONDAY)
    gone = make.person(Role.EDITOR, "Gone")
    manage_users.close_account(gone, by=None, now=MONDAY)
    waiting(publication)
    waiting(other, MONDAY + HOUR)
    write_notices.write_new(now=MONDAY - HOUR)
    assert [row.notice.publication for row in notices_for(emma, NoticeKind.APPROVAL)] == [other]
    assert len(notices_for(eddie)) == 2
    assert not gone.notices.exists()
    revoke_publication_role(emma, other, by=None, now=MONDAY)
    assert notices_for(emma, NoticeKind.APPROVAL) == [], "nor what they knew before, once the role is gone"
    assert read_notices.count_unread(User.objects.get(pk=emma.pk)) == len(notices_for(emma, NoticeKind.ROLE)) == 1


def test_who_chose_so_gets_nothing_of_a_kind(publication: Publication, eddie: User) -> None:
    choose(eddie, {NoticeKind.APPROVAL: DeliveryChoice.NONE}, by=eddie, now=MONDAY)
    waiting(publication)
    write_notices.write_new(now=MONDAY - HOUR)
    assert notices_for(eddie) == []


def test_a_fault_in_one_kind_does_not_keep_the_others_from_being_written(
    publication: Publication, eddie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edition_conditions, "held_editions", lambda **_: 1 / 0)
    waiting(publication)
    assert write_notices.write_new(now=MONDAY - HOUR) == 1


def test_one_that_cannot_be_written_does_not_keep_others_of_its_kind_from_being_written(
    publication: Publication, eddie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = waiting(publication), waiting(make.publication(), MONDAY + HOUR)
    name_of = edition_conditions.name_of
    monkeypatch.setattr(edition_conditions, "name_of", lambda e: 1 / 0 if e.pk == first.pk else name_of(e))
    assert write_notices.write_new(now=MONDAY - HOUR) == 1
    assert notices_for(eddie)[0].notice.edition == second


def test_runs_over_fifty_waiting_editions_take_few_queries(eddie: User) -> None:
    for number in range(50):
        publication = make.publication(minimum_stories=1)
        make.edition(
            publication, due_at=MONDAY, state=EditionState.ASSEMBLED, content_hash=f"{number:064x}", made_from="x"
        )
        make.edition(publication, due_at=MONDAY + HOUR, local_date=MONDAY.date() + timedelta(days=1))
    assert write_notices.write_new(now=MONDAY - HOUR) == 50
    turns = [write_notices.write_judged(now=MONDAY - HOUR - number * MINUTE) for number in range(5)]
    assert turns == [service_conditions.JUDGED_AT_ONCE] * 5
    with CaptureQueriesContext(connection) as quick:
        assert write_notices.write_new(now=MONDAY - HOUR + MINUTE) == 0
    with CaptureQueriesContext(connection) as judged:
        assert write_notices.write_judged(now=MONDAY - HOUR + MINUTE) == 0
    assert len(quick) <= 17
    assert len(judged) <= 4 * service_conditions.JUDGED_AT_ONCE + 15
    with CaptureQueriesContext(connection) as counted:
        assert read_notices.count_unread(eddie) == 100
    assert len(counted) <= 2  # the roles of the user, and the count


def test_every_path_of_a_notice_leads_to_a_page(publication: Publication, eddie: User, ada: User) -> None:
    waiting(publication)
    write_notices.write(new_sign_in(eddie, browser="Firefox", network="192.0.2.0", now=MONDAY), now=MONDAY)
    manage_users.change_role(eddie, role=Role.ADMIN, by=ada, now=clock.now())
    make.edition(make.publication(), due_at=MONDAY)
    Dispatch.objects.filter(pk=sent(make.publication()).pk).update(state=DispatchState.ATTENTION)
    write_notices.write_new(now=clock.now())
    write_notices.write_new(now=MONDAY - HOUR)
    write_notices.write_judged(now=MONDAY - HOUR)
    paths = {path for paths in StaffNotice.objects.values_list("paths", flat=True) for path in paths.values()}
    assert {resolve(path).url_name for path in paths} == {"edition", "sessions", "account", "queue", "ops"}


def test_old_notices_are_deleted_and_open_ones_stay(publication: Publication, eddie: User) -> None:
    waiting(publication)
    write_notices.write_new(now=MONDAY - HOUR)
    delete_old.delete_old(now=MONDAY + timedelta(days=400))
    assert StaffNotice.objects.count() == 1
    StaffNotice.objects.update(ended_at=MONDAY)
    delete_old.delete_old(now=MONDAY + timedelta(days=80))
    assert StaffNotice.objects.count() == 1
    delete_old.delete_old(now=MONDAY + timedelta(days=91))
    assert not StaffNotice.objects.exists()
    assert not NoticeRecipient.objects.exists()
