"""Every act of a person on a page writes an audit record with their name and address."""

from datetime import timedelta

import pytest
from django.test import Client

from newsletter.accounts import manage_users
from newsletter.accounts.models import Role, User
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.audit.undo_models import KeptAct
from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Attempt, Dispatch
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, custom_templates
from newsletter.lib import clock
from newsletter.publications import publication_roles
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from tests.support import factories as make
from tests.web.asking import words
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make.person(Role.ADMIN, "Ada", password=make.PASSWORD)


@pytest.fixture
def browser(ada: User) -> Client:
    return signed_in(ada)


@pytest.fixture
def edition(publication: Publication) -> Edition:
    make.story(publication)
    return make.edition(publication, due_at=clock.now() + timedelta(days=1))


@pytest.fixture
def dispatch(publication: Publication) -> Dispatch:
    make.readers(publication, 3)
    edition = make.approved_edition(publication, due_at=clock.now() - timedelta(minutes=1))
    dispatch = open_dispatch.open_dispatch(edition.pk, now=clock.now())
    assert dispatch
    return dispatch


def recorded(browser: Client, path: str, **form: str) -> Record:
    """The one record of Ada's that this post leaves."""
    before = set(Record.objects.values_list("pk", flat=True))
    answer = browser.post(path, form, REMOTE_ADDR="192.0.2.1")
    assert answer.status_code in (200, 302), words(answer)
    new = Record.objects.exclude(pk__in=before).filter(who="ada@example.org")
    record = new.get()
    assert (record.door, record.place) == ("page", "192.0.2.1")
    return record


def test_an_editor_s_word_on_an_edition(browser: Client, edition: Edition) -> None:
    at = f"/editions/{edition.pk}"
    later = f"{clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    assert recorded(browser, f"{at}/reschedule/", due_at=later).act == Act.EDITION_RESCHEDULED
    made = assemble_edition.assemble(edition.pk, now=clock.now())
    approved = recorded(browser, f"{at}/approve/", content_hash=made.content_hash)
    assert (approved.act, approved.details) == (Act.EDITION_APPROVED, {"content_hash": made.content_hash})
    assert recorded(browser, f"{at}/reopen/").act == Act.EDITION_REOPENED
    assert recorded(browser, f"{at}/send-now/", readers="0").act == Act.EDITION_SENT_NOW
    assert recorded(browser, f"{at}/hold/", reason="A wrong name.").act == Act.EDITION_HELD
    assert recorded(browser, f"{at}/release/").act == Act.EDITION_RELEASED
    cancelled = recorded(browser, f"{at}/cancel/", reason="Not today.")
    assert (cancelled.act, cancelled.subject, cancelled.subject_id) == (Act.EDITION_CANCELLED, "edition", edition.pk)


def test_what_is_done_to_the_stories_of_an_edition(browser: Client, edition: Edition, ada: User) -> None:
    story = edition.publication.stories.get()
    at = f"/editions/{edition.pk}/stories/{story.pk}"
    placed = recorded(browser, f"{at}/place/", section="City")
    assert (placed.act, placed.subject_id, placed.details["place"]) == (Act.EDITION_ARRANGED, edition.pk, 1)
    assert recorded(browser, f"{at}/kind/", kind="short").act == Act.EDITION_ARRANGED
    overridden = recorded(browser, f"{at}/", headline="Ferry stays", body="It stays.")
    assert (overridden.act, overridden.subject) == (Act.STORY_OVERRIDDEN, "edition")
    assert recorded(browser, f"{at}/out/").act == Act.EDITION_ARRANGED
    change = KeptAct.objects.latest("pk")
    browser.post("/undo/", {"act": change.pk})
    arranged, undone = Record.objects.order_by("pk").filter(who="ada@example.org").reverse()[:2][::-1]
    assert (arranged.act, arranged.details["what"]) == (Act.EDITION_ARRANGED, f"Undone: {change.sentence}")
    assert (undone.act, undone.details["what"]) == (Act.ACT_UNDONE, change.sentence)
    assert recorded(browser, f"/stories/{story.pk}/claim/").act == Act.STORY_CLAIMED
    assert recorded(browser, f"/stories/{story.pk}/release/").act == Act.STORY_RELEASED


def test_a_word_of_ops_on_a_dispatch_which_says_who(browser: Client, dispatch: Dispatch) -> None:
    at = f"/ops/dispatches/{dispatch.pk}"
    assert recorded(browser, f"{at}/pause/").act == Act.DISPATCH_PAUSED
    assert "Paused by Ada." in words(browser.get("/ops/"))
    browser.post(f"{at}/pause/")
    assert Record.objects.filter(act=Act.DISPATCH_PAUSED).count() == 1, "it was paused already"
    assert recorded(browser, f"{at}/resume/").act == Act.DISPATCH_RESUMED
    stopped = recorded(browser, f"{at}/stop/", reason="A wrong name.")
    assert (stopped.act, stopped.details) == (
        Act.DISPATCH_STOPPED,
        {"edition": dispatch.edition_id, "reason": "A wrong name."},
    )
    dispatch.refresh_from_db()
    assert dispatch.reason == dispatch.edition.reason == "Stopped by Ada: A wrong name."
    assert "Stopped by Ada: A wrong name." in words(browser.get(f"/editions/{dispatch.edition_id}/"))


def test_a_batch_that_is_settled_or_tried_again(browser: Client, dispatch: Dispatch) -> None:
    batch = dispatch.batches.get()
    Attempt.objects.create(batch=batch, ordinal=1, fence=1, began_at=clock.now(), status=AttemptStatus.UNCERTAIN)
    dispatch.batches.update(state=BatchState.UNCERTAIN, submitted=3)
    Dispatch.objects.update(state=DispatchState.ATTENTION)
    settled = recorded(browser, f"/ops/batches/{batch.pk}/again/")
    assert (settled.act, settled.subject_id) == (Act.BATCH_SETTLED, batch.pk)
    dispatch.batches.update(state=BatchState.REFUSED)
    assert recorded(browser, f"/ops/batches/{batch.pk}/retry/").act == Act.BATCH_RETRIED


def test_a_template_that_is_saved_removed_and_taken_up(browser: Client, publication: Publication) -> None:
    page = "/desk/morning/template/"
    saved = recorded(browser, page, body=custom_templates.default_template(publication))
    assert (saved.act, saved.subject, saved.details) == (Act.TEMPLATE_SAVED, "publication", {"version": 1})
    assert recorded(browser, f"{page}remove/").act == Act.TEMPLATE_REMOVED
    assert recorded(browser, f"{page}1/").act == Act.TEMPLATE_TAKEN_UP


def test_the_texts_of_an_edition_and_a_test_of_it(browser: Client, edition: Edition) -> None:
    edited = recorded(browser, f"/editions/{edition.pk}/texts/", subject="The ferry stays")
    assert (edited.act, edited.details) == (Act.EDITION_EDITED, {"subject_line": "(empty) → The ferry stays"})
    form = {"key": "0" * 32, "people": "ada@example.org", "variant": "default", "others": ""}
    ordered = recorded(browser, f"/editions/{edition.pk}/test/", **form)
    assert (ordered.act, ordered.details) == (Act.TEST_ORDERED, {"recipients": 1, "variant": "default"})


def test_an_appeal_and_a_publication_that_are_changed(browser: Client, publication: Publication) -> None:
    appeal = make.appeal(publication)
    assert recorded(browser, f"/appeals/{appeal.pk}/", heading="Give today").act == Act.APPEAL_CHANGED
    assert recorded(browser, f"/appeals/{appeal.pk}/retire/").details == {"is_active": "yes → no"}
    assert recorded(browser, f"/appeals/{appeal.pk}/activate/").details == {"is_active": "no → yes"}
    changed = recorded(browser, "/publications/morning/", send_time="06:00")
    assert (changed.act, changed.details) == (Act.PUBLICATION_CHANGED, {"send_time": "07:00 → 06:00"})


def test_a_snippet_a_correction_and_a_comment(browser: Client, publication: Publication) -> None:
    form = {"name": "events", "title": "This week", "place": "end", "story_number": "1"}
    added = recorded(browser, "/desk/morning/snippets/new/", **form)
    assert (added.act, added.subject, added.details) == (Act.SNIPPET_ADDED, "snippet", {"publication": "morning"})
    assert recorded(browser, f"/snippets/{added.subject_id}/retire/").details == {"is_active": "yes → no"}
    edition = make.approved_edition(publication)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.DISPATCHED)
    story = edition.placements.get().story
    corrected = recorded(browser, f"/stories/{story.pk}/correct/", text="It opens on Saturday.")
    assert (corrected.act, corrected.subject_id) == (Act.STORY_CORRECTED, story.pk)
    assert corrected.details["correction"] == "It opens on Saturday."
    correction = story.corrections.get()
    assert recorded(browser, f"/story-corrections/{correction.pk}/line/").act == Act.CORRECTION_LINE_REMOVED
    assert recorded(browser, f"/story-corrections/{correction.pk}/withdraw/").act == Act.CORRECTION_WITHDRAWN
    written = recorded(browser, f"/stories/{story.pk}/comments/", text="A secret", key="1" * 32, team="admin")
    assert (written.act, written.subject) == (Act.COMMENT_WRITTEN, "commentthread")
    assert "secret" not in str(written.details)
    at = f"/comment-threads/{written.subject_id}"
    assert recorded(browser, f"{at}/claim/").act == Act.REQUEST_CLAIMED
    assert recorded(browser, f"{at}/resolve/").act == Act.THREAD_RESOLVED


def test_a_feed_that_is_added_changed_and_removed(browser: Client, publication: Publication) -> None:
    form = {"url": "https://post.example.org/feed", "max_suggestions": "20", "max_age_days": "7"}
    added = recorded(browser, "/publications/morning/feeds/new/", **form)
    assert (added.act, added.details) == (Act.FEED_ADDED, {"publication": "morning", "auto_queue": False})
    changed = recorded(browser, f"/feeds/{added.subject_id}/", section="Region")
    assert (changed.act, changed.details) == (Act.FEED_CHANGED, {"section": "(empty) → Region"})
    removed = recorded(browser, f"/feeds/{added.subject_id}/remove/")
    assert (removed.act, removed.details["address"]) == (Act.FEED_REMOVED, "https://post.example.org/feed")


def test_a_pitch_and_what_is_decided_about_it(browser: Client, publication: Publication) -> None:
    form = {"why": "Islanders ask.", "headline": "Ferry", "url": "https://post.example.org/f", "body": "It stays."}
    added = recorded(browser, "/desk/morning/pitches/new/", **form)
    assert (added.act, added.details) == (Act.STORY_PITCHED, {"why": "Islanders ask."})
    declined = recorded(browser, f"/pitches/{added.subject_id}/decline/", reason="We ran it.")
    assert (declined.act, declined.details) == (Act.PITCH_DECLINED, {"reason": "We ran it."})
    assert recorded(browser, f"/pitches/{added.subject_id}/accept/").act == Act.PITCH_ACCEPTED


def test_a_role_for_a_publication(browser: Client, publication: Publication) -> None:
    page = f"/users/{make.cora().pk}/roles/"
    granted = recorded(browser, page, publication=str(publication.pk), role="editor")
    assert (granted.act, granted.details) == (Act.ROLE_GRANTED, {"publication": "morning", "after": "editor"})
    assert recorded(browser, page, publication=str(publication.pk), role="none").act == Act.ROLE_REVOKED


def test_signing_in_and_out_and_a_new_password(ada: User, client: Client) -> None:
    form = {"username": "ada@example.org", "password": make.PASSWORD}
    assert recorded(client, "/sign-in/", **form).act == Act.SIGNED_IN
    new = "another long sentence"
    form = {"old_password": make.PASSWORD, "new_password1": new, "new_password2": new}
    assert recorded(client, "/password/", **form | {"old_password": "wrong"}).act == Act.PASSWORD_CHANGE_FAILED
    assert recorded(client, "/password/", **form).act == Act.PASSWORD_CHANGED
    assert recorded(client, "/sign-out/").act == Act.SIGNED_OUT


def test_a_closed_account_is_out_of_its_open_session_at_once_and_stays_out_when_reopened(
    browser: Client, ada: User, publication: Publication
) -> None:
    assert browser.get("/ops/").status_code == 200
    make.person(Role.ADMIN, "Another")
    manage_users.close_account(ada, by=None, now=clock.now())
    assert browser.get("/ops/")["Location"].startswith("/sign-in/")
    manage_users.reopen_account(ada, by=None, now=clock.now())
    assert browser.get("/ops/").status_code == 302, "the old session must not come to life again"
    form = {"username": "ada@example.org", "password": make.PASSWORD}
    assert browser.post("/sign-in/", form).status_code == 302
    assert browser.get("/ops/").status_code == 200


def test_another_role_holds_from_the_next_click(browser: Client, ada: User, publication: Publication) -> None:
    make.person(Role.ADMIN, "Another")
    manage_users.change_role(ada, role=Role.CURATOR, by=None, now=clock.now())
    assert browser.get("/ops/").status_code == 403


def test_what_a_person_does_to_a_story(browser: Client, publication: Publication) -> None:
    form = {"headline": "Rain", "url": "https://post.example.org/rain", "body": "It rained."}
    added = recorded(browser, "/desk/morning/new/", **form)
    assert (added.act, added.subject, added.subject_name) == (Act.STORY_ADDED, "story", "Rain")
    make.story(publication)
    at = f"/stories/{added.subject_id}/"
    changed = recorded(browser, at, **form | {"headline": "Rain at last", "seen-headline": "Rain"})
    assert (changed.act, changed.details["headline"]) == (Act.STORY_CHANGED, "Rain → Rain at last")
    moved = recorded(browser, f"{at}move/", to="2")
    assert (moved.act, moved.details) == (Act.STORY_MOVED, {"position": "1 → 2"})
    assert recorded(browser, f"{at}drop/").act == Act.STORY_REMOVED
    assert recorded(browser, f"{at}restore/").act == Act.STORY_RESTORED
    before = Record.objects.count()
    browser.post(f"{at}move/", {"to": "2"})  # where it is
    assert Record.objects.count() == before


def test_an_extra_edition(browser: Client, publication: Publication) -> None:
    later = f"{clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    assert recorded(browser, "/desk/morning/editions/extra/", due_at=later, subject="").act == Act.EDITION_ADDED


def test_the_history_of_a_story_and_of_an_edition_is_on_their_pages(browser: Client, edition: Edition) -> None:
    story = edition.publication.stories.get()
    story_queue.update(story, headline="<i>Rain", by="feed news")
    page = words(browser.get(f"/stories/{story.pk}/"))
    assert "History Story changed , feed news" in page
    assert "→ <i>Rain" in page
    recorded(browser, f"/editions/{edition.pk}/hold/", reason="A wrong name.")
    assert "Edition held , Ada" in words(browser.get(f"/editions/{edition.pk}/"))


def test_the_audit_log_shows_all_acts_with_filters(browser: Client, edition: Edition) -> None:
    recorded(browser, f"/editions/{edition.pk}/hold/", reason="A <wrong> name.")
    make.story(edition.publication)
    page = words(browser.get("/audit/"))
    assert "Ada Edition held" in page
    assert "reason: A <wrong> name." in page
    assert "Edition held" in words(browser.get("/audit/?who=ADA@example.org&act=edition-held")).partition("Details")[2]
    assert "No entry matches." in words(browser.get("/audit/?who=nobody@example.org"))
    for wild in ("act=x", "page=x", "page=-1", "who=%00", f"who={'x' * 5000}"):
        assert browser.get(f"/audit/?{wild}").status_code == 200


def test_the_audit_log_of_one_publication_is_for_its_administrators(browser: Client, edition: Edition) -> None:
    evening = make.publication(slug="evening", name="Evening Post")
    other = make.edition(evening, due_at=clock.now() + timedelta(days=1))
    recorded(browser, f"/editions/{edition.pk}/hold/", reason="Morning words.")
    recorded(browser, f"/editions/{other.pk}/hold/", reason="Evening words.")
    recorded(browser, f"/users/{make.cora().pk}/close/")
    everything = words(browser.get("/audit/"))
    assert "Evening words." in everything
    assert "User closed" in everything.partition("Details")[2]
    chosen = words(browser.get("/audit/?publication=evening")).partition("Details")[2]
    assert "Evening words." in chosen
    assert "Morning words." not in chosen
    rosa = User.objects.create_user("rosa@example.org", name="Rosa", role="")
    publication_roles.grant_publication_role(
        rosa, edition.publication, role=Role.ADMIN, by=User.objects.get(name="Ada"), now=clock.now()
    )
    for address in ("/audit/", "/audit/?publication=evening", "/audit/?publication=x"):
        hers = words(signed_in(rosa).get(address))
        assert "in your publications" in hers
        assert "Morning words." in hers
        assert "Role granted" in hers.partition("Details")[2]
        assert "Evening" not in hers
        assert "User closed" not in hers.partition("Details")[2]
