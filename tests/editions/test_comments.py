"""Comments of staff: threads, mentions, requests to a team, and their limits."""

from datetime import timedelta

import pytest

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.models import Record
from newsletter.editions import plan_editions
from newsletter.editions.comment_models import Comment, CommentMention, CommentThread
from newsletter.editions.comments import read_comments, write_comments
from newsletter.editions.comments.find_mentions import find_mentions, handles, shortest_handle
from newsletter.editions.models import EditionState
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role
from newsletter.stories.models import Story
from tests.support import factories as make

pytestmark = pytest.mark.django_db
NOW = make.MONDAY
_keys = iter(range(10**9))


@pytest.fixture
def publication() -> Publication:
    return make.publication(slug="morning")


@pytest.fixture
def story(publication: Publication) -> Story:
    return make.story(publication)


def key() -> str:
    return f"{next(_keys):032x}"


def comment(story: Story, text: str, *, by: User | None = None, **given: object) -> CommentThread:
    said = {"key": key(), "now": NOW} | given
    return write_comments.open_thread(story, text=text, by=by or make.cora(), **said)  # type: ignore[arg-type]


def test_a_mention_waits_until_it_is_read(story: Story) -> None:
    eddie = make.eddie()
    comment(story, "@Eddie, is this right? And @eddie again, and @nobody.")
    assert [mention.user for mention in CommentMention.objects.all()] == [eddie]
    assert read_comments.count_waiting(eddie) == 1
    read_comments.mark_read(story, eddie, now=NOW)
    assert read_comments.count_waiting(eddie) == 0
    assert read_comments.count_waiting(make.cora()) == 0


def test_a_mention_means_one_person_who_may_see_the_desk() -> None:
    silva, other = make.person(Role.EDITOR, "Ana Silva"), make.person(Role.CURATOR, "Ana Beck")
    User.objects.filter(pk=silva.pk).update(email="silva@example.org")
    User.objects.filter(pk=other.pk).update(email="a.beck@example.org")
    people = [User.objects.get(pk=each.pk) for each in (silva, other)]
    known = handles(people)

    def meant(text: str) -> list[str]:
        return [found.user.name for found in find_mentions(text, known)]

    assert meant("@Ana Silva, @ana beck. @silva (@a.beck)") == ["Ana Silva", "Ana Beck", "Ana Silva", "Ana Beck"]
    assert meant("@Ana, @Ana Silvas, me@silva, @@silva, @silva_x") == []
    assert [shortest_handle(each, known) for each in people] == ["@Ana Silva", "@Ana Beck"]


def test_people_without_the_desk_are_not_mentioned(story: Story) -> None:
    make.otto()
    comment(story, "@Otto, look.")
    assert not CommentMention.objects.exists()


def test_a_request_to_a_team_is_claimed_by_one_person_of_it(story: Story) -> None:
    eddie, edith = make.eddie(), make.person(Role.EDITOR, "Edith")
    thread = comment(story, "Please check the figures.", team="editor")
    assert [read_comments.count_waiting(user) for user in (eddie, edith, make.cora())] == [1, 1, 0]
    with pytest.raises(NotPermitted):
        write_comments.claim_request(thread, by=make.cora(), now=NOW)
    write_comments.claim_request(thread, by=eddie, now=NOW)
    write_comments.claim_request(thread, by=eddie, now=NOW)
    with pytest.raises(InvalidState, match="Eddie has claimed"):
        write_comments.claim_request(thread, by=edith, now=NOW)
    assert read_comments.count_waiting(edith) == 0
    assert list(read_comments.claimed_requests(eddie)) == [thread]
    write_comments.release_request(thread, by=eddie, now=NOW)
    assert read_comments.count_waiting(edith) == 1
    with pytest.raises(InvalidState):
        write_comments.release_request(thread, by=eddie, now=NOW)


def test_roles_for_one_publication_count_there_and_nowhere_else(story: Story) -> None:
    edith = make.person(Role.EDITOR, "Edith")
    User.objects.filter(pk=edith.pk).update(role="")
    elsewhere = make.story(make.publication(slug="evening"))
    grant_publication_role(edith, story.publication, role=Role.EDITOR, by=None, now=NOW)
    for one in (story, elsewhere):
        comment(one, "@Edith, please check.", team="editor")
    edith = User.objects.get(pk=edith.pk)
    assert read_comments.count_waiting(edith) == 2  # a mention and a request
    assert [mention.comment.thread.story for mention in read_comments.unread_mentions(edith)] == [story]
    with pytest.raises(NotPermitted):
        write_comments.claim_request(elsewhere.comment_threads.get(), by=edith, now=NOW)
    with pytest.raises(NotPermitted):
        comment(elsewhere, "Hello", by=edith)
    User.objects.get(pk=edith.pk).publication_roles.all().delete()
    assert read_comments.count_waiting(User.objects.get(pk=edith.pk)) == 0


def test_a_thread_is_resolved_and_an_answer_opens_it_again(story: Story) -> None:
    thread, eddie = comment(story, "Is it?"), make.eddie()
    write_comments.resolve(thread, by=eddie, now=NOW)
    assert list(read_comments.threads_of(story)) == []
    assert list(read_comments.threads_of(story, is_resolved=True)) == [thread]
    write_comments.reply(thread, text="It is not.", by=eddie, key=key(), now=NOW)
    assert [each.text for each in read_comments.threads_of(story).get().comments.all()] == ["Is it?", "It is not."]


def test_two_clicks_write_one_comment(story: Story) -> None:
    first, again = comment(story, "Once", key="a" * 32), comment(story, "Once", key="a" * 32)
    assert first == again
    for _ in range(2):
        write_comments.reply(first, text="Yes", by=make.eddie(), key="b" * 32, now=NOW)
    assert Comment.objects.count() == 2


def test_an_author_changes_a_comment_for_a_quarter_of_an_hour_and_deletes_it_for_a_day(story: Story) -> None:
    cora, eddie = make.cora(), make.eddie()
    comment(story, "Ask @Eddie")
    written = Comment.objects.get()
    with pytest.raises(NotPermitted):
        write_comments.edit_comment(written, text="Mine", by=eddie, now=NOW)
    write_comments.edit_comment(written, text="Ask nobody", by=cora, now=NOW + timedelta(minutes=15))
    assert not CommentMention.objects.exists()
    with pytest.raises(InvalidState, match="15 minutes"):
        write_comments.edit_comment(written, text="Late", by=cora, now=NOW + timedelta(minutes=16))
    with pytest.raises(InvalidState, match="for a day"):
        write_comments.delete_comment(written, by=cora, now=NOW + timedelta(days=2))
    write_comments.delete_comment(written, by=cora, now=NOW + timedelta(hours=1))
    assert Comment.objects.get().text == ""
    with pytest.raises(InvalidState, match="was deleted"):
        write_comments.delete_comment(written, by=cora, now=NOW)


def test_comments_are_limited_in_length_and_in_an_hour(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_comments, "MAX_AN_HOUR", 2)
    for text, problem in (("", "empty"), (" \n ", "empty"), ("x" * 2001, "2,001 characters")):
        with pytest.raises(BadInput, match=problem):
            comment(story, text)
    with pytest.raises(BadInput, match="Reload"):
        comment(story, "Hello", key="forged")
    with pytest.raises(BadInput, match="Ask one of"):
        comment(story, "Hello", team="ops")
    comment(story, "1")
    comment(story, "2")
    with pytest.raises(InvalidState, match="last hour"):
        comment(story, "3")
    comment(story, "3", now=NOW + timedelta(minutes=61))
    comment(story, "4", by=make.eddie())


def test_who_cannot_curate_cannot_comment(story: Story) -> None:
    with pytest.raises(NotPermitted):
        comment(story, "Hello", by=make.otto())


def test_each_act_is_in_the_audit_trail_without_the_text(story: Story) -> None:
    cora, eddie = make.cora(), make.eddie()
    thread = comment(story, "A secret", team="editor")
    write_comments.claim_request(thread, by=eddie, now=NOW)
    write_comments.edit_comment(Comment.objects.get(), text="Another secret", by=cora, now=NOW)
    write_comments.resolve(thread, by=eddie, now=NOW)
    write_comments.reopen_thread(thread, by=cora, now=NOW)
    write_comments.delete_comment(Comment.objects.get(), by=cora, now=NOW)
    records = Record.objects.order_by("pk")
    assert list(records.values_list("act", "who")) == [
        ("comment-written", "cora@example.org"),
        ("request-claimed", "eddie@example.org"),
        ("comment-edited", "cora@example.org"),
        ("thread-resolved", "eddie@example.org"),
        ("thread-reopened", "cora@example.org"),
        ("comment-deleted", "cora@example.org"),
    ]
    assert "secret" not in str(list(records.values()))


def test_an_edition_with_comments_is_not_deleted_when_its_date_leaves_the_schedule(publication: Publication) -> None:
    edition = plan_editions.plan(publication, now=NOW)
    assert edition
    write_comments.open_thread(edition, text="Keep this", by=make.cora(), key=key(), now=NOW)
    Publication.objects.filter(pk=publication.pk).update(recurrence="FREQ=WEEKLY;BYDAY=SU")
    publication.refresh_from_db()
    plan_editions.plan(publication, now=NOW)
    edition.refresh_from_db()
    assert edition.state == EditionState.CANCELLED
