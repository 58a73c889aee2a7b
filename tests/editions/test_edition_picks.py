"""Curators pick, order and undo stories of an edition; the edition leaves with them, or without them."""

from datetime import timedelta

import pytest

from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.editions import edition_picks, plan_editions, reopen_edition
from newsletter.editions.comments.write_comments import open_thread
from newsletter.editions.edition_picks import make_lead, place, place_anyway, set_kind, take_out
from newsletter.editions.edition_stories import planned_stories
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.story_order import Spot
from newsletter.editions.undo_picks import undo
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.letters.edition_audience import choose_segments
from newsletter.lib import clock
from newsletter.lib.errors import Gone, InvalidState
from newsletter.publications.models import FillRule, Publication
from newsletter.stories import pitches, story_queue
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
NOW = MONDAY - timedelta(hours=6)


@pytest.fixture
def publication() -> Publication:
    made = make.publication(maximum_stories=3, recurrence="FREQ=DAILY")
    for headline in ("one", "two", "three", "four", "five"):
        make.story(made, headline=headline)
    Story.objects.update(queued_at=NOW - timedelta(days=1))
    return made


@pytest.fixture
def edition(publication: Publication) -> Edition:
    return make.edition(publication)


def story(headline: str) -> Story:
    return Story.objects.get(headline=headline)


def pick(edition: Edition, headline: str, spot: Spot = edition_picks.AT_END) -> edition_picks.Arranged:
    return place(edition, story(headline), spot, by=make.cora(), now=NOW)


def shown(edition: Edition) -> str:
    """Its stories: those that fill it with a star, those left out in brackets."""
    marks = []
    for each in planned_stories(edition, now=NOW):
        section = f"{each.story.section}: " if each.story.section else ""
        mark = f"{section}{each.story.headline}{'' if each.pick else '*'}"
        marks.append(mark if each.is_printed else f"({mark})")
    return ", ".join(marks)


def sent(edition: Edition) -> str:
    """The headlines of the email, as it is assembled."""
    made = assemble_edition.assemble(edition.pk, now=MONDAY)
    assert made.state == EditionState.ASSEMBLED, made.reason
    return ", ".join(made.placements.values_list("headline", flat=True))


def test_picked_stories_come_first_and_the_queue_fills_the_edition(edition: Edition) -> None:
    assert shown(edition) == "one*, two*, three*"
    pick(edition, "four")
    assert shown(edition) == "four, one*, two*"
    assert sent(edition) == "four, one, two"
    assert [story.headline for story in story_queue.queued_stories(edition.publication)] == ["three", "five"]


def test_the_rule_of_a_publication_fills_only_up_to_its_minimum(edition: Edition) -> None:
    Publication.objects.update(fill_rule=FillRule.MINIMUM, minimum_stories=2)
    edition.publication.refresh_from_db()
    pick(edition, "four")
    assert shown(edition) == "four, one*"
    pick(edition, "five")
    assert shown(edition) == sent(edition) == "four, five"


def test_a_story_that_cannot_be_printed_is_left_out_and_the_edition_leaves(edition: Edition) -> None:
    for headline in ("one", "two", "three"):
        pick(edition, headline)
    story_queue.drop(story("one"))
    story_queue.update(story("two"), embargo_until=MONDAY + timedelta(hours=1))
    story_queue.update(story("three"), expires_at=MONDAY)
    assert shown(edition) == "(one), (two), (three), four*, five*"
    reasons = [each.why_not for each in planned_stories(edition, now=NOW)][:3]
    assert reasons[0] == "It was removed from the queue."
    assert reasons[1] == "It is under embargo until 23 Nov 08:00 EST."
    assert reasons[2] == "It expires 23 Nov 07:00 EST, before all readers have the edition."
    assert sent(edition) == "four, five"


def test_a_story_moves_over_sections_and_each_act_can_be_undone(edition: Edition) -> None:
    changes = [
        pick(edition, "one"),
        pick(edition, "two", Spot(section="City")),
        pick(edition, "three", Spot(section="City")),
        pick(edition, "three", Spot(step=-1)),
        pick(edition, "one", Spot(step=1)),
        make_lead(edition, story("three"), by=make.cora(), now=NOW),
        take_out(edition, story("two"), by=make.cora(), now=NOW),
    ]
    assert shown(edition) == "three, four*, City: one"
    assert story("two").state == "queued", "for the next edition"
    seen = []
    for done in reversed(changes):
        assert done.change
        undo(done.change, by=make.cora(), now=NOW)
        seen.append(shown(edition))
    assert seen == [
        "three, City: one, City: two",
        "City: one, City: three, City: two",
        "one, City: three, City: two",
        "one, City: two, City: three",
        "one, three*, City: two",
        "one, two*, three*",
        "one*, two*, three*",
    ]
    assert edition.picks.count() == 0
    assert Record.objects.filter(act=Act.EDITION_ARRANGED, subject_id=edition.pk).count() == 14


def test_two_people_at_one_edition_both_keep_what_they_did(edition: Edition) -> None:
    mine = pick(edition, "one")
    pick(edition, "two")
    theirs = place(edition, story("three"), Spot(beside=story("one").pk), by=make.eddie(), now=NOW)
    assert shown(edition) == "three, one, two"
    assert mine.change
    assert theirs.change
    undo(mine.change, by=make.cora(), now=NOW)
    assert shown(edition) == "three, two, one*"
    assert undo(mine.change, by=make.cora(), now=NOW) == edition, "twice is once"
    set_kind(edition, story("three"), kind="short", by=make.cora(), now=NOW)
    with pytest.raises(InvalidState, match="“three” was changed again after that"):
        undo(theirs.change, by=make.eddie(), now=NOW)
    with pytest.raises(InvalidState, match="has left the edition"):
        pick(edition, "two", Spot(beside=story("five").pk))


def test_there_is_one_lead_and_a_story_keeps_its_own_kind_elsewhere(edition: Edition) -> None:
    story_queue.update(story("one"), kind="lead")
    for headline in ("one", "two"):
        pick(edition, headline)
    make_lead(edition, story("two"), by=make.cora(), now=NOW)
    kinds = [(each.story.headline, each.story.kind) for each in planned_stories(edition, now=NOW) if each.pick]
    assert kinds == [("two", "lead"), ("one", "story")]
    assert (story("one").kind, story("two").kind) == ("lead", "")


def test_a_story_is_picked_for_one_edition_at_a_time(edition: Edition) -> None:
    later = make.edition(edition.publication, due_at=MONDAY + timedelta(days=1))
    pick(later, "one")
    assert shown(edition) == "two*, three*, four*"
    with pytest.raises(InvalidState, match="picked for another edition"):
        pick(edition, "one")
    edition_decisions.cancel(later, reason="Snow", now=NOW)
    pick(edition, "one")
    assert shown(edition) == "one, two*, three*"


def test_the_most_stories_of_a_publication_are_the_most_that_are_picked(edition: Edition) -> None:
    for headline in ("one", "two", "three"):
        pick(edition, headline)
    with pytest.raises(InvalidState, match="already has 3 picked stories"):
        pick(edition, "four")


def test_a_reopened_edition_has_its_picks_again_and_a_built_one_is_not_changed(edition: Edition) -> None:
    pick(edition, "five")
    assert sent(edition) == "five, one, two"
    edition.refresh_from_db()
    with pytest.raises(InvalidState, match="Reopen the edition"):
        take_out(edition, story("five"), by=make.cora(), now=NOW)
    edition = reopen_edition.take_apart(edition, now=MONDAY)
    assert shown(edition) == "five, one*, two*"


def test_after_the_closing_time_a_story_goes_to_the_following_edition(edition: Edition) -> None:
    Publication.objects.update(closing_minutes=7 * 60)
    edition.publication.refresh_from_db()
    done = pick(edition, "five")
    assert done.edition != edition
    assert done.edition.due_at == MONDAY + timedelta(days=1)
    assert shown(done.edition).startswith("five, ")
    assert pick(edition, "four").edition == done.edition
    assert plan_editions.plan(edition.publication, now=MONDAY + timedelta(minutes=1)) == done.edition
    assert pick(edition, "three").edition == edition, "it fills that edition already"
    late = make.story(edition.publication, headline="late", position=-1)
    Story.objects.filter(pk=late.pk).update(queued_at=NOW + timedelta(minutes=1))
    assert shown(edition) == "three, one*, two*"
    edition.picks.all().delete()
    Story.objects.exclude(pk=late.pk).update(state="dropped")
    assert shown(edition) == "late*", "an edition that could not leave otherwise takes it"


def test_a_pitch_counts_from_when_it_was_accepted_not_from_when_it_was_made(edition: Edition) -> None:
    pitch = make.story(edition.publication, headline="pitched", state="pitched", pitch="It matters.", position=-1)
    Story.objects.filter(pk=pitch.pk).update(created_at=NOW - timedelta(days=1))
    Publication.objects.update(closing_minutes=7 * 60)
    edition.publication.refresh_from_db()
    Edition.objects.update(due_at=clock.now() + timedelta(hours=6))
    edition.refresh_from_db()
    pitches.accept_pitch(pitch, by=make.cora())
    assert "pitched" not in shown(edition)


def test_an_editor_adds_a_late_story_on_purpose_and_out_of_the_edition_that_had_taken_it(edition: Edition) -> None:
    Publication.objects.update(closing_minutes=7 * 60)
    edition.publication.refresh_from_db()
    following = pick(edition, "five").edition
    with pytest.raises(NotPermitted):
        place_anyway(edition, story("five"), by=make.cora(), now=NOW)
    done = place_anyway(edition, story("five"), by=make.eddie(), now=NOW)
    assert shown(edition) == "five, one*, two*"
    assert "five" not in shown(following)
    assert place_anyway(edition, story("five"), by=make.eddie(), now=NOW).change is None, "the same click twice"
    assert done.change
    undo(done.change, by=make.eddie(), now=NOW)
    assert shown(edition) == "one*, two*, three*"


def test_a_reopened_edition_takes_a_late_story_on_purpose_until_it_is_built_again(edition: Edition) -> None:
    Publication.objects.update(closing_minutes=7 * 60)
    assert sent(edition) == "one, two, three"
    edition = reopen_edition.take_apart(edition, now=MONDAY)
    with pytest.raises(InvalidState):
        place_anyway(
            make.edition(edition.publication, state="cancelled", reason="No.", local_date=None),
            story("five"),
            by=make.eddie(),
            now=NOW,
        )
    place_anyway(edition, story("five"), by=make.eddie(), now=NOW)
    assert sent(edition) == "five, one, two"


def test_an_edition_that_the_planner_removed_is_refused_in_words(edition: Edition) -> None:
    Edition.objects.all().delete()
    for act in (pick, lambda gone, name: place_anyway(gone, story(name), by=make.eddie(), now=NOW)):
        with pytest.raises(Gone, match="its date left the schedule"):
            act(edition, "one")
    with pytest.raises(Gone):
        choose_segments(edition, send_to=None, leave_out=None, by=make.cora(), now=NOW)
    with pytest.raises(Gone):
        open_thread(edition, text="Late", by=make.cora(), key="0" * 32, now=NOW)


def test_preflight_names_each_picked_story_that_the_email_is_built_without(edition: Edition) -> None:
    for headline in ("one", "two", "three"):
        pick(edition, headline)
    story_queue.drop(story("one"))
    story_queue.update(story("two"), embargo_until=MONDAY + timedelta(hours=1))
    assert sent(edition) == "three, four, five"
    edition.refresh_from_db()
    found = [f for f in edition.findings if f["code"] == "pick.left_out"]
    assert [finding["place"] for finding in found] == [
        f"picked story {story('one').pk}: one",
        f"picked story {story('two').pk}: two",
    ]
    assert "It was removed from the queue." in found[0]["hint"]
    assert "under embargo until 23 Nov 08:00 EST" in found[1]["hint"]


def test_an_edition_with_picks_stays_when_its_date_leaves_the_schedule(publication: Publication) -> None:
    edition = plan_editions.plan(publication, now=MONDAY)
    assert edition
    pick(edition, "one")
    Publication.objects.update(is_active=False)
    plan_editions.plan(publication, now=MONDAY)
    edition.refresh_from_db()
    assert edition.state == EditionState.CANCELLED
    assert edition.picks.count() == 1


def test_only_those_who_may_curate_arrange_an_edition(edition: Edition) -> None:
    with pytest.raises(NotPermitted):
        place(edition, story("one"), by=make.otto(), now=NOW)


def test_a_held_edition_keeps_its_picks_until_it_is_cancelled(edition: Edition) -> None:
    later = make.edition(edition.publication, due_at=MONDAY + timedelta(days=1))
    done = pick(edition, "one")
    held = edition_decisions.hold(edition, reason="The database was restored.", now=NOW)
    assert shown(later) == "two*, three*, four*"
    with pytest.raises(InvalidState, match=rf"picked for the held edition\. Release or cancel edition {held.pk} first"):
        pick(later, "one")
    undo(done.change, by=make.cora(), now=NOW)  # type: ignore[arg-type]  # it changed something
    pick(later, "one")
    with pytest.raises(InvalidState, match=r"picked for another edition\. Take it out there first"):
        pick(held, "one")
    undo(later.pick_changes.get(), by=make.cora(), now=NOW)
    pick(held, "one")
    with pytest.raises(InvalidState, match=r"picked for the held edition\. Release or cancel"):
        place_anyway(later, story("one"), by=make.eddie(), now=NOW)
    assert held.picks.get().story == story("one")
    edition_decisions.cancel(held, reason="Readers have had it.", now=NOW)
    assert shown(later) == "one*, two*, three*"
