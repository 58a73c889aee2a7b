"""Whoever did something undoes it for twelve hours, while what it made still stands."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.accounts.models import User
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.audit.undo_models import KeptAct, UndoKind
from newsletter.editions import edit_snippet, edition_picks, plan_editions, reopen_edition
from newsletter.editions.comments import write_comments
from newsletter.editions.models import Edition, EditionState
from newsletter.giving import edit_appeal
from newsletter.letters import (
    assemble_edition,
    edit_edition,
    edition_audience,
    edition_decisions,
    leave_out_snippet,
    override_story,
    second_person,
)
from newsletter.letters.undo import undo_act
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from newsletter.segments import edit_segment
from newsletter.stories import order_keys, pitches, story_claims, story_queue
from newsletter.stories.correction_models import SiteCorrection
from newsletter.stories.feed_models import Suggestion
from newsletter.stories.feeds import edit_feed, queue_suggestions
from newsletter.stories.models import Story, StoryDraft
from newsletter.stories.reading import site_corrections, story_drafts
from tests.support import factories as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def publication() -> Publication:
    made = make.publication()
    for headline in ("one", "two", "three", "four"):
        make.story(made, headline=headline)
    return made


@pytest.fixture
def edition(publication: Publication) -> Edition:
    return make.edition(publication, due_at=clock.now() + DAY)


def story(headline: str) -> Story:
    return Story.objects.select_related("publication").get(headline=headline)


def queue(publication: Publication) -> list[str]:
    return [each.headline for each in story_queue.queued_stories(publication)]


def undo(by: User | None = None, *, of: UndoKind | None = None) -> KeptAct:
    by = by or make.eddie()
    acts = undo_act.acts_of(by, now=clock.now())
    act = next(act for act in acts if of is None or act.kind == of)
    return undo_act.undo(act, by=by, now=clock.now())


def state(publication: Publication) -> dict[str, Any]:
    """Everything that the acts below change, without versions and order keys."""
    stories = Story.objects.order_by("pk")
    fields = ("headline", "state", "declined_because", "claimed_by", "kicker", "picture_alt", "expires_at", "page_key")
    edition = (
        "state",
        "due_at",
        "subject",
        "left_out_snippets",
        "send_to",
        "submitted_hash",
        "approved_hash",
        "reason",
    )
    appeal = ("name", "points", "starts_on", "is_active")
    return {
        "queue": queue(publication),
        "stories": list(stories.values_list(*fields)),
        "editions": list(Edition.objects.order_by("pk").values_list(*edition)),
        "appeals": list(publication.appeals.order_by("pk").values_list(*appeal)),
        "snippets": list(publication.snippets.order_by("pk").values_list("title", "ends_on", "is_active")),
        "suggestions": list(Suggestion.objects.values_list("state", "paragraphs", "is_whole")),
        "drafts": list(StoryDraft.objects.values_list("state", flat=True)),
        "corrections": list(SiteCorrection.objects.values_list("site", "name", "text", "value")),
        "threads": [(each.resolved_at is None, each.claimed_by_id) for each in publication.comment_threads.all()],
        "picks": [(pick.story.headline, pick.is_out) for pick in _picks()],
    }


def _picks() -> list[Any]:
    return [pick for edition in Edition.objects.all() for pick in edition.picks.select_related("story")]


def assembled(publication: Publication) -> Edition:
    return assemble_edition.assemble(publication.editions.get().pk, now=clock.now())


def approve(publication: Publication, by: User) -> None:
    edition = publication.editions.get()
    edition_decisions.approve(edition, content_hash=edition.content_hash, by=by, now=clock.now())


def pitched(publication: Publication, **fields: Any) -> Story:
    return make.story(publication, headline="pitch", state="pitched", pitch="It matters.", **fields)


def suggested(publication: Publication) -> Suggestion:
    feed = edit_feed.add_feed(publication, url="https://post.example.org/feed")
    return Suggestion.objects.create(
        publication=publication, feed=feed, key="k", page_key="p", url="https://post.example.org/a", is_whole=True,
        paragraphs=["<p>Text</p>"], dated_at=clock.now(), seen_at=clock.now(),
    )  # fmt: skip


def near(publication: Publication) -> Any:
    where = {"conditions": [{"kind": "domain", "test": "is", "value": ["near.example"]}]}
    return edit_segment.add_segment(publication, name="Near", definition={"groups": [where]}, now=clock.now())


def thread(publication: Publication) -> Any:
    return write_comments.open_thread(
        publication.editions.get(), text="Is it right?", by=make.cora(), key="0" * 32, now=clock.now(), team="editor"
    )


Given = Callable[[Publication], Any]
Done = Callable[[Publication, Any, User], Any]
NOTHING: Given = lambda _: None  # noqa: E731
ACTS: dict[str, tuple[Given, Done]] = {
    "story moved": (NOTHING, lambda p, _, by: story_queue.move(story("four"), to=2, by=by)),
    "story removed": (NOTHING, lambda p, _, by: story_queue.drop(story("two"), by=by)),
    "story restored": (
        lambda p: story_queue.drop(story("two")),
        lambda p, it, by: story_queue.restore(it, by=by),
    ),
    "story changed": (
        NOTHING,
        lambda p, _, by: story_queue.update(
            story("two"),
            headline="Zwei",
            kicker="City",
            url="https://post.example.org/z",
            expires_at=clock.now().astimezone(ZoneInfo("America/New_York")) + DAY,  # as a form gives it
            picture_url="https://post.example.org/p.jpg",
            picture_alt="Rain",
            by=by,
        ),
    ),
    "story claimed": (NOTHING, lambda p, _, by: story_claims.claim(story("two"), by=by, now=clock.now())),
    "story released": (
        lambda p: story_claims.claim(story("two"), by=make.eddie(), now=clock.now()),
        lambda p, it, by: story_claims.release(it, by=by, now=clock.now()),
    ),
    "pitch accepted": (pitched, lambda p, it, by: pitches.accept_pitch(it, by=by)),
    "pitch declined": (pitched, lambda p, it, by: pitches.decline_pitch(it, reason="We ran it.", by=by)),
    "declined pitch accepted": (
        lambda p: pitches.decline_pitch(pitched(p), reason="We ran it.", by=None),
        lambda p, it, by: pitches.accept_pitch(it, by=by),
    ),
    "pitch withdrawn": (
        lambda p: pitched(p, created_by=make.eddie()),
        lambda p, it, by: pitches.withdraw_pitch(it, by=by),
    ),
    "suggestion dismissed": (suggested, lambda p, it, by: queue_suggestions.dismiss(it, by=by)),
    "draft discarded": (
        lambda p: story_drafts.order_links(p, ["https://post.example.org/x"])[0],
        lambda p, it, by: story_drafts.discard(it, by=by),
    ),
    "correction forgotten": (
        lambda p: SiteCorrection.objects.create(publication=p, site="example.org", name="byline", text="A", value="B"),
        lambda p, it, by: site_corrections.forget(it, by=by),
    ),
    "edition arranged": (
        NOTHING,
        lambda p, _, by: edition_picks.place(p.editions.get(), story("three"), by=by, now=clock.now()),
    ),
    "texts edited": (
        lambda p: edit_edition.edit_texts(p.editions.get(), {"subject": "Old"}, by=None, now=clock.now()),
        lambda p, it, by: edit_edition.edit_texts(it, {"subject": "New"}, by=by, now=clock.now()),
    ),
    "texts of a built email edited": (
        assembled,
        lambda p, it, by: edit_edition.edit_texts(it, {"subject": "New"}, by=by, now=clock.now()),
    ),
    "readers chosen": (
        near,
        lambda p, it, by: edition_audience.choose_segments(
            p.editions.get(), send_to=it, leave_out=None, by=by, now=clock.now()
        ),
    ),
    "edition submitted": (
        lambda p: (Publication.objects.update(two_people=True), assembled(p))[1],
        lambda p, it, by: second_person.submit_for_review(it, content_hash=it.content_hash, by=by, now=clock.now()),
    ),
    "edition approved": (assembled, lambda p, _, by: approve(p, by)),
    "edition rescheduled": (
        NOTHING,
        lambda p, _, by: edition_decisions.reschedule(
            p.editions.get(), due_at=clock.now() + 2 * DAY, by=by, now=clock.now()
        ),
    ),
    "appeal changed": (
        lambda p: make.appeal(p, starts_on=date(2026, 12, 1)),
        lambda p, it, by: edit_appeal.update_appeal(it, by=by, points=["One"], starts_on=None),
    ),
    "appeal retired": (make.appeal, lambda p, it, by: edit_appeal.retire(it, by=by)),
    "snippet changed": (
        lambda p: edit_snippet.create_snippet(p, name="Events", title="Fish"),
        lambda p, it, by: edit_snippet.update_snippet(it, by=by, title="Meat", ends_on=date(2026, 12, 1)),
    ),
    "snippet left out": (
        lambda p: (edit_snippet.create_snippet(p, name="Events", title="Fish"), assembled(p))[0],
        lambda p, it, by: leave_out_snippet.set_left_out(p.editions.get(), it, is_out=True, by=by, now=clock.now()),
    ),
    "thread resolved": (thread, lambda p, it, by: write_comments.resolve(it, by=by, now=clock.now())),
    "thread reopened": (
        lambda p: write_comments.resolve(thread(p), by=make.cora(), now=clock.now()),
        lambda p, it, by: write_comments.reopen_thread(it, by=by, now=clock.now()),
    ),
    "request claimed": (thread, lambda p, it, by: write_comments.claim_request(it, by=by, now=clock.now())),
    "request released": (
        lambda p: write_comments.claim_request(thread(p), by=make.eddie(), now=clock.now()),
        lambda p, it, by: write_comments.release_request(it, by=by, now=clock.now()),
    ),
}  # what was before, and the act


@pytest.mark.parametrize("name", ACTS)
def test_after_an_act_was_undone_all_is_as_it_was(publication: Publication, edition: Edition, name: str) -> None:
    given, act = ACTS[name]
    it = given(publication)
    KeptAct.objects.all().delete()
    before = state(publication)
    act(publication, it, make.eddie())
    assert state(publication) != before
    assert KeptAct.objects.count() == 1
    done = undo()
    assert state(publication) == before
    assert undo_act.undo(done, by=make.eddie(), now=clock.now()).undone_at == done.undone_at, "twice is once"
    assert KeptAct.objects.count() == 1, "undoing is no act of its own"
    assert Record.objects.filter(act=Act.ACT_UNDONE, user=make.eddie()).get().details["what"] == done.sentence


def test_what_was_made_is_put_away_again(publication: Publication, edition: Edition) -> None:
    eddie, now = make.eddie(), clock.now()
    story_queue.add(publication, headline="new", url="https://post.example.org/n", body="<p>New.</p>", by=eddie)
    text: Any = {"headline": "idea", "url": "https://post.example.org/i", "body": "<p>It stays.</p>"}
    pitches.pitch_story(publication, why="It matters.", by=eddie, **text)
    extra = plan_editions.add_extra(publication, due_at=now + DAY, now=now, by=eddie)
    appeal = edit_appeal.create_appeal(
        publication, name="New", heading="H", button="Give", url="https://post.example.org/g", by=eddie
    )
    snippet = edit_snippet.create_snippet(publication, name="Events", title="Fish", by=eddie)
    comment = write_comments.open_thread(edition, text="Hm", by=eddie, key="1" * 32, now=now).comments.get()
    for _ in range(6):
        undo()
    assert (story("new").state, story("idea").state) == ("dropped", "withdrawn")
    for row in (extra, appeal, snippet, comment):
        row.refresh_from_db()
    assert (extra.state, appeal.is_active, snippet.is_active) == (EditionState.CANCELLED, False, False)
    assert comment.deleted_at


def test_a_story_of_a_built_email_is_as_before_its_override(publication: Publication, edition: Edition) -> None:
    built = assembled(publication)
    before = built.letters.get().html
    override_story.override_story(built, story("two").pk, {"headline": "Zwei"}, by=make.eddie(), now=clock.now())
    assert built.letters.get().html != before
    undo(of=UndoKind.STORY_OVERRIDDEN)
    assert built.letters.get().html == before


def test_what_others_did_since_is_not_undone_with_it(publication: Publication, edition: Edition) -> None:
    story_queue.update(story("two"), kicker="City", by=make.eddie())
    story_queue.update(story("two"), byline="Ada", by=make.cora())
    undo()
    assert (story("two").kicker, story("two").byline) == ("", "Ada")
    story_queue.update(story("two"), kicker="City", by=make.eddie())
    story_queue.update(story("two"), kicker="Region", by=make.cora())
    with pytest.raises(InvalidState, match="“two” was changed again after that"):
        undo()
    assert story("two").kicker == "Region"
    assert KeptAct.objects.filter(undone_at=None).count() == 3, "it can be tried again"


def test_what_cannot_be_undone_says_why_and_what_to_do(publication: Publication, edition: Edition) -> None:
    built = assembled(publication)
    approve(publication, make.eddie())
    edition_decisions.send_now(built, now=clock.now(), by=make.eddie(), approve_later=True)
    with pytest.raises(InvalidState, match="The edition was made due at once"):
        undo()
    reopen_edition.take_apart(built, by=make.eddie(), now=clock.now())
    with pytest.raises(InvalidState, match="this approval cannot be withdrawn any more"):
        undo(of=UndoKind.EDITION_APPROVED)
    latest = undo_act.latest_of(make.eddie(), publication=publication.pk, now=clock.now())
    assert latest
    assert latest.kind == UndoKind.EDITION_APPROVED


def test_only_its_author_undoes_an_act_and_only_for_twelve_hours(publication: Publication) -> None:
    story_queue.drop(story("two"), by=make.cora())
    act = KeptAct.objects.get()
    with pytest.raises(InvalidState, match="too old"):
        undo_act.undo(act, by=make.eddie(), now=clock.now())
    later = clock.now() + timedelta(hours=12, seconds=1)
    with pytest.raises(InvalidState, match="too old"):
        undo_act.undo(act, by=make.cora(), now=later)
    assert undo_act.acts_of(make.cora(), now=later) == []
    story_queue.drop(story("three"), by="feed")
    assert KeptAct.objects.count() == 1, "acts of the service are not kept"


def test_a_pitch_that_is_picked_since_does_not_wait_again(publication: Publication, edition: Edition) -> None:
    accepted = pitches.accept_pitch(pitched(publication), by=make.eddie())
    edition_picks.place(edition, accepted, by=make.cora(), now=clock.now())
    with pytest.raises(InvalidState, match="is picked for an edition"):
        undo()


def test_each_kind_of_act_can_be_undone_or_says_why_not() -> None:
    assert undo_act.HOW.keys() | undo_act.FINAL.keys() == set(UndoKind)
    assert not undo_act.HOW.keys() & undo_act.FINAL.keys()


def test_a_story_goes_back_to_its_place_whatever_moved_in_between(publication: Publication) -> None:
    story_queue.drop(story("two"), by=make.eddie())
    story_queue.move(story("four"), to=1, by=make.cora())
    undo()
    assert queue(publication) == ["four", "two", "one", "three"]
    assert order_keys.place_of(story("two")) == 2


def test_a_story_that_a_colleague_moved_since_stays_where_they_put_it(publication: Publication) -> None:
    story_queue.move(story("four"), to=1, by=make.eddie())
    story_queue.move(story("four"), to=2, by=make.eddie())
    undo()
    undo()
    assert queue(publication) == ["one", "two", "three", "four"], "one's own moves are undone one after the other"
    story_queue.move(story("four"), to=1, by=make.eddie())
    story_queue.move(story("four"), to=3, by=make.cora())
    with pytest.raises(InvalidState, match="“four” was moved again after that"):
        undo()
    assert queue(publication) == ["one", "two", "four", "three"]


def test_a_name_that_another_appeal_has_since_is_not_given_twice(publication: Publication) -> None:
    ends = clock.now().astimezone(ZoneInfo("America/New_York")) + DAY
    appeal = make.appeal(publication, name="Spring")
    edit_appeal.update_appeal(appeal, by=make.eddie(), name="May", match="Doubled", match_ends_at=ends)
    another = make.appeal(publication, name="Spring")
    with pytest.raises(BadInput, match="name: is already used by another appeal"):
        undo()
    edit_appeal.update_appeal(another, name="Autumn")
    undo()
    appeal.refresh_from_db()
    assert (appeal.name, appeal.match, appeal.match_ends_at) == ("Spring", "", None)


def test_a_snippet_is_not_printed_again_beyond_their_number(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    snippet = edit_snippet.create_snippet(publication, name="Events", title="Fish")
    edit_snippet.update_snippet(snippet, by=make.eddie(), is_active=False)
    edit_snippet.create_snippet(publication, name="Weather", title="Rain")
    monkeypatch.setattr(edit_snippet, "MAX_ACTIVE", 1)
    with pytest.raises(BadInput, match="there are 1 already"):
        undo()


@pytest.mark.parametrize("texts", [{"intro": "Votes are counted until ten."}, {"subject": "Election night"}])
def test_an_extra_edition_on_which_a_colleague_has_begun_is_not_cancelled(
    publication: Publication, texts: dict[str, str]
) -> None:
    now = clock.now()
    extra = plan_editions.add_extra(publication, due_at=now + DAY, now=now, subject="Votes", by=make.eddie())
    edit_edition.edit_texts(extra, texts, by=make.cora(), now=now)
    with pytest.raises(InvalidState, match="Somebody has begun this edition"):
        undo()
    assert publication.editions.get().state == EditionState.PLANNED
