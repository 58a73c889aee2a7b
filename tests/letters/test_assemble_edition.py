"""Stories are taken, the appeal is placed, the letter is frozen, once."""

from datetime import timedelta

import pytest

from newsletter.editions import reopen_edition
from newsletter.editions.models import Edition, EditionState, FrozenLetter, Variant
from newsletter.letters import assemble_edition, edition_decisions, render_letter
from newsletter.letters.content.letter_content import LetterContent
from newsletter.lib.errors import InvalidState
from newsletter.mail.message import Letter
from newsletter.publications import edit_publication
from newsletter.publications.models import TooFewStoriesPolicy
from newsletter.stories import story_queue
from newsletter.stories.models import Story, StoryState
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
BEFORE = MONDAY - timedelta(hours=1)


def test_stories_are_taken_in_the_curators_order_and_are_used() -> None:
    publication = make.publication(maximum_stories=2)
    stories = [make.story(publication) for _ in range(3)]
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert edition.state == EditionState.ASSEMBLED
    assert [p.story for p in edition.placements.all()] == stories[:2]
    assert [s.state for s in Story.objects.order_by("pk")] == [StoryState.USED, StoryState.USED, StoryState.QUEUED]
    assert story_queue.queued_stories(publication) == [stories[2]]


def test_assembling_twice_does_nothing_the_second_time() -> None:
    publication = make.publication()
    make.story(publication)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    make.story(publication)
    again = assemble_edition.assemble(edition.pk, now=MONDAY)
    assert (again.content_hash, again.assembled_at) == (edition.content_hash, BEFORE)
    assert FrozenLetter.objects.count() == 1
    assert again.placements.count() == 1


def test_the_letter_holds_the_appeal_after_the_second_paragraph() -> None:
    publication = make.publication()
    make.story(publication)
    appeal = make.appeal(publication)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    letter = edition.letters.get(variant=Variant.DEFAULT)
    assert letter.appeal == appeal
    second, heading, third = (
        letter.text.index(s) for s in ("It took four years.", appeal.heading, "Walkers may cross")
    )
    assert second < heading < third


def test_an_appeal_that_finds_no_place_beside_sensitive_stories_is_not_in_the_letter() -> None:
    publication = make.publication()
    make.story(publication, is_sensitive=True)
    make.appeal(publication)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert {letter.appeal for letter in edition.letters.all()} == {None}


def test_with_too_few_stories_it_waits_until_it_is_due_and_is_then_skipped_with_a_reason() -> None:
    publication = make.publication(minimum_stories=2)
    make.story(publication)
    planned = make.edition(publication)
    assert assemble_edition.assemble(planned.pk, now=BEFORE).state == EditionState.PLANNED
    edition = assemble_edition.assemble(planned.pk, now=MONDAY)
    assert edition.state == EditionState.CANCELLED
    assert edition.reason.startswith("Skipped:")
    assert Story.objects.get().state == StoryState.QUEUED


def test_a_publication_may_rather_hold_an_edition_without_stories() -> None:
    edition = assemble_edition.assemble(
        make.edition(make.publication(on_empty=TooFewStoriesPolicy.HOLD)).pk, now=MONDAY
    )
    assert edition.state == EditionState.HELD


def test_a_story_that_comes_late_is_still_taken_before_the_deadline() -> None:
    publication = make.publication()
    planned = make.edition(publication)
    assemble_edition.assemble(planned.pk, now=BEFORE)
    make.story(publication)
    assert assemble_edition.assemble(planned.pk, now=MONDAY - timedelta(minutes=1)).state == EditionState.ASSEMBLED


def test_embargo_and_expiry_are_judged_by_when_it_leaves_not_by_when_it_is_assembled() -> None:
    publication = make.publication()
    ends_before = make.story(publication, embargo_until=MONDAY - timedelta(minutes=5))
    make.story(publication, embargo_until=MONDAY + timedelta(minutes=5))
    make.story(publication, expires_at=MONDAY - timedelta(minutes=5))
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert [p.story for p in edition.placements.all()] == [ends_before]


def test_a_publication_that_approves_by_itself_needs_nobody() -> None:
    publication = make.publication(auto_approve=True)
    make.story(publication)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert (edition.state, edition.approved_hash, edition.approved_by) == (
        EditionState.APPROVED,
        edition.content_hash,
        None,
    )


@pytest.mark.parametrize("what", ["story", "appeal", "publication"])
def test_whatever_changes_after_assembly_voids_the_approval_and_is_assembled_anew(what: str) -> None:
    publication = make.publication()
    appeal = make.appeal(publication)
    edition = make.approved_edition(publication)
    assert assemble_edition.refresh_stale() == []
    if what == "story":
        story_queue.update(Story.objects.get(), headline="Another headline")
    elif what == "appeal":
        appeal.lead = "Other words."
        appeal.save()
    else:
        edit_publication.update_publication(publication, tagline="A new tagline")
    assert assemble_edition.refresh_stale() == [edition.pk]
    again = assemble_edition.assemble(edition.pk, now=MONDAY - timedelta(minutes=5))
    assert (again.state, again.approved_hash) == (EditionState.ASSEMBLED, "")
    assert again.content_hash != edition.content_hash


def test_reopening_puts_the_stories_back_at_the_front_of_the_queue_in_their_order() -> None:
    publication = make.publication()
    first, second = make.story(publication), make.story(publication)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    third = make.story(publication)
    reopen_edition.reopen(edition)
    assert story_queue.queued_stories(publication) == [first, second, third]
    assert not FrozenLetter.objects.exists()


def test_a_preview_of_a_planned_edition_freezes_nothing_and_is_what_assembly_makes() -> None:
    publication = make.publication()
    make.story(publication)
    planned = make.edition(publication)
    seen = assemble_edition.preview(planned, now=BEFORE)
    assert Edition.objects.get().state == EditionState.PLANNED
    assert Story.objects.get().state == StoryState.QUEUED
    letter = assemble_edition.assemble(planned.pk, now=BEFORE).letters.get()
    assert (seen.subject, seen.text, seen.html) == (letter.subject, letter.text, letter.html)


def test_a_preview_without_stories_says_so() -> None:
    with pytest.raises(InvalidState, match="queue is empty"):
        assemble_edition.preview(make.edition(make.publication()), now=BEFORE)


def test_what_preflight_would_stop_is_held_and_cannot_be_approved() -> None:
    publication = make.publication(auto_approve=True)
    make.story(publication, url="http://10.0.0.7/article")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.LOCAL", False)
        edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert edition.state == EditionState.HELD
    assert "link.local" in edition.reason
    with pytest.raises(InvalidState):
        edition_decisions.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=BEFORE)


@pytest.mark.parametrize("headline", ["Why {{ braces }} matter", "Dear *|FNAME|*, the bus runs", "The figures are TK"])
def test_words_that_may_be_meant_wait_for_a_person_who_accepts_them_by_approving(headline: str) -> None:
    publication = make.publication(auto_approve=True)
    make.story(publication, headline=headline)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert edition.state == EditionState.ASSEMBLED
    (letter,) = edition.letters.all()
    assert [(f["code"].partition(".")[0], f["severity"]) for f in letter.findings] == [("text", "warn")]
    approved = edition_decisions.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=BEFORE)
    assert approved.state == EditionState.APPROVED


def test_an_appeal_that_does_not_fit_the_day_is_remarked_on_and_stops_nothing() -> None:
    publication = make.publication(auto_approve=True)
    make.story(publication)
    make.appeal(publication, goal=100, raised=101, raised_on=BEFORE.date())
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert edition.state == EditionState.APPROVED
    assert [f["code"] for f in edition.letters.get(variant=Variant.DEFAULT).findings] == ["appeal.over_goal"]


def test_a_letter_whose_stories_went_back_while_it_was_rendered_is_not_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = make.publication()
    make.story(publication)
    planned = make.edition(publication)
    render = render_letter.render

    def interrupted(contents: LetterContent) -> Letter:
        edition = Edition.objects.get(pk=planned.pk)
        reopen_edition.give_back(edition)
        return render(contents)

    monkeypatch.setattr(render_letter, "render", interrupted)
    edition = assemble_edition.assemble(planned.pk, now=BEFORE)
    assert edition.state == EditionState.PLANNED
    assert not FrozenLetter.objects.exists()
    assert len(story_queue.queued_stories(publication)) == 1


def test_who_it_is_from_is_approved_with_the_letter_and_frozen_with_it() -> None:
    publication = make.publication()
    edition = make.approved_edition(publication)
    assert edition.letters.get().sender_email == "post@example.org"
    edit_publication.update_publication(publication, sender_email="other@example.org")
    assert assemble_edition.refresh_stale() == [edition.pk]


def test_an_edition_sent_a_day_early_carries_the_date_on_which_it_leaves() -> None:
    publication = make.publication()
    make.story(publication)
    edition = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE)
    assert "November 23" in edition.letters.get().text
    early = MONDAY - timedelta(days=1)
    sent = edition_decisions.send_now(edition, now=early)
    assert "November 22" in sent.letters.get().text
    assert (sent.state, sent.content_hash == edition.content_hash) == (EditionState.ASSEMBLED, False)
    assert assemble_edition.refresh_stale(now=early) == []


def test_a_reopened_edition_says_why_until_it_is_approved() -> None:
    edition = make.approved_edition(make.publication())
    story_queue.update(Story.objects.get(), headline="Another headline")
    assert assemble_edition.refresh_stale(now=BEFORE) == [edition.pk]
    again = assemble_edition.assemble(edition.pk, now=BEFORE)
    assert (again.state, again.reason) == (EditionState.ASSEMBLED, assemble_edition.CHANGED)
    approved = edition_decisions.approve(again, content_hash=again.content_hash, by=make.eddie(), now=BEFORE)
    assert approved.reason == ""


def test_an_appeal_that_is_to_stand_in_a_story_printed_short_stands_after_it() -> None:
    publication = make.publication(layout="story")
    one, two, three = (make.story(publication) for _ in range(3))
    appeal = make.appeal(publication, story_number=2, paragraph_number=2)
    text = assemble_edition.assemble(make.edition(publication).pk, now=BEFORE).letters.get(variant=Variant.DEFAULT).text
    places = [text.index(words) for words in (one.headline, two.headline, appeal.heading, three.headline)]
    assert places == sorted(places)
    assert text.count("Walkers may cross first.") == 1  # in the story that is printed in full


@pytest.mark.parametrize("change", ["layout", "kind"])
def test_another_layout_or_kind_voids_the_approval(change: str) -> None:
    publication = make.publication()
    edition = make.approved_edition(publication)
    if change == "layout":
        edit_publication.update_publication(publication, layout="briefing")
    else:
        story_queue.update(Story.objects.get(), kind="short")
    assert assemble_edition.refresh_stale() == [edition.pk]
