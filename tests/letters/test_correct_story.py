"""A sent story is corrected: on the web at once, in one later email, and never in the email that left."""

from datetime import timedelta

import pytest
from django.db.models import F

from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.models import Record
from newsletter.editions import reopen_edition
from newsletter.editions.models import Edition, EditionState, FrozenLetter, Placement
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.letters import assemble_edition, correct_story, edition_audience, edition_decisions
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Layout, Publication
from newsletter.segments import edit_segment
from newsletter.segments.models import Segment
from newsletter.stories.models import Story
from tests.support import factories as make

pytestmark = pytest.mark.django_db
NOW = make.MONDAY
TUESDAY = NOW + timedelta(days=1)
WRONG = "The bridge opens on Friday"
TEXT = "The bridge opens on Saturday, not on Friday."


@pytest.fixture
def publication() -> Publication:
    return make.publication(slug="morning")


@pytest.fixture
def story(publication: Publication) -> Story:
    """In an edition that has left."""
    return sent(publication)


def sent(publication: Publication, headline: str = WRONG) -> Story:
    story = make.story(publication, headline=headline)
    edition = make.approved_edition(publication, stories=0)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.DISPATCHED, dispatched_at=NOW)
    return story


def correct(story: Story, text: str = TEXT, **given: object) -> StoryCorrection:
    return correct_story.correct_story(story, text=text, by=make.eddie(), now=NOW, **given)  # type: ignore[arg-type]


def built(publication: Publication, *, day: int = 1) -> Edition:
    """Of a new story, a day after the one that left."""
    due_at = NOW + timedelta(days=day)
    make.story(publication)
    edition = make.edition(publication, due_at=due_at)
    return assemble_edition.assemble(edition.pk, now=due_at - timedelta(hours=1))


def segment(publication: Publication, name: str) -> Segment:
    condition = {"kind": "joined", "test": "within", "value": 30}
    definition = {"groups": [{"conditions": [condition]}]}
    return edit_segment.add_segment(publication, name=name, definition=definition, now=NOW)


def choose(edition: Edition, *, send_to: Segment | None = None, leave_out: Segment | None = None) -> None:
    edition_audience.choose_segments(edition, send_to=send_to, leave_out=leave_out, by=make.cora(), now=NOW)


def letter_of(edition: Edition) -> FrozenLetter:
    return edition.letters.get(variant="default")


def on_the_web(story: Story) -> str:
    letter = FrozenLetter.objects.select_related("edition__publication").get(edition__placements__story=story)
    return correct_story.html_on_the_web(letter)


def test_the_web_version_shows_the_note_and_the_sent_email_stays(story: Story) -> None:
    before = FrozenLetter.objects.get().html
    correct(story, headline="The bridge opens on Saturday", body="<p>The new bridge opens on Saturday.</p>")
    page = on_the_web(story)
    assert f"Corrected on November 23, 2026: {TEXT}" in page
    assert (
        page.index("The bridge opens on Saturday") < page.index("Corrected on") < page.index("opens on Saturday.</p>")
    )
    assert WRONG not in page
    assert "The new bridge opens on Friday." not in page
    assert FrozenLetter.objects.get().html == before


def test_a_correction_without_headline_and_text_changes_neither(story: Story) -> None:
    before = FrozenLetter.objects.get().html
    made = correct(story)
    page = on_the_web(story)
    start = page.index(f'<p id="correction-{made.pk}"')
    end = page.index("</p>", start) + len("</p>")
    assert page[: start - 1] + page[end:] == before


@pytest.mark.parametrize("layout", Layout)
def test_every_layout_shows_the_correction_with_its_own_story(publication: Publication, layout: Layout) -> None:
    Publication.objects.update(layout=layout)
    publication.refresh_from_db()
    first, second = make.story(publication, headline="Rain at last"), sent(publication, "Wrong & old")
    correct(second, headline="Right & new <b>", body="<p>One.</p><ul><li>Two.</li></ul>")
    page = on_the_web(first)
    shown = page.partition("</head>")[2]
    assert "Wrong &amp; old" not in shown
    assert page.index('id="story-1"') < page.index('id="story-2"') < page.index("Corrected on")
    assert "Right &amp; new &lt;b&gt;" in page
    assert "One." in page
    assert page.count("The new bridge opens on Friday.") == 1  # of the first story


def test_a_later_correction_is_shown_after_the_earlier_and_its_headline_wins(story: Story) -> None:
    correct(story, headline="Saturday")
    correct(story, text="It opens on Sunday.", headline="Sunday")
    page = on_the_web(story)
    assert page.index(TEXT) < page.index("It opens on Sunday.")
    assert (">Saturday</a>" in page, ">Sunday</a>" in page) == (False, True)


def test_the_line_has_the_headline_that_left_where_a_template_does_not_tell_it(story: Story) -> None:
    """It had another one in this edition, or was changed since."""
    FrozenLetter.objects.update(html="<p>Without anchors.</p>")
    Placement.objects.update(headline="The bridge opens this week")
    assert correct(story).shown_headline == "The bridge opens this week"


def test_the_next_email_prints_the_line_once(publication: Publication, story: Story) -> None:
    correct(story)
    first, second = built(publication), built(publication, day=2)
    for body in (letter_of(first).html, letter_of(first).text):
        assert TEXT in body
        assert "Corrections" in body
    assert TEXT not in letter_of(second).html
    assert StoryCorrection.objects.get().printed_in == first


def test_the_line_is_part_of_what_is_approved(publication: Publication, story: Story) -> None:
    due_at = NOW + timedelta(days=1)
    make.story(publication)
    edition = make.edition(publication, due_at=due_at)
    plain = assemble_edition.assemble(edition.pk, now=due_at)
    edition_decisions.cancel(plain, reason="again", now=due_at)
    correct(story)
    again = assemble_edition.assemble(make.edition(publication, due_at=due_at, local_date=None).pk, now=due_at)
    assert again.content_hash != plain.content_hash
    assert not assemble_edition.is_stale(again)


def test_a_line_can_be_printed_before_the_stories(publication: Publication, story: Story) -> None:
    Publication.objects.update(corrections_place="start")
    correct(story)
    html = letter_of(built(publication)).html
    assert html.index(TEXT) < html.index('id="story-1"')


def test_an_edition_that_is_cancelled_or_held_leaves_the_line_to_the_next(
    publication: Publication, story: Story
) -> None:
    correct(story)
    first = built(publication)
    edition_decisions.hold(first, reason="The lawyers are reading.", now=NOW)
    second = built(publication, day=2)
    assert TEXT in letter_of(second).html
    edition_decisions.cancel(second, reason="Not today.", now=NOW)
    assert TEXT in letter_of(built(publication, day=3)).html
    released = edition_decisions.release(first, now=NOW)
    assert TEXT not in letter_of(assemble_edition.assemble(released.pk, now=TUESDAY)).html


def test_an_edition_for_some_readers_leaves_the_line_to_one_that_all_get(
    publication: Publication, story: Story
) -> None:
    correct(story)
    some, others = segment(publication, "some"), segment(publication, "others")
    planned = make.edition(publication, due_at=TUESDAY)
    choose(planned, send_to=some)
    make.story(publication)
    for_some = assemble_edition.assemble(planned.pk, now=NOW)
    assert TEXT not in letter_of(for_some).html
    for_all = built(publication, day=2)
    assert TEXT in letter_of(for_all).html
    choose(for_all, leave_out=some)
    assert TEXT not in letter_of(for_all).html
    assert not assemble_edition.refresh_stale(now=NOW)
    assert TEXT in letter_of(built(publication, day=3)).html

    Edition.objects.filter(pk=for_some.pk).update(state=EditionState.DISPATCHED, approved_hash=F("content_hash"))
    correct(for_some.stories.get(), text="It rained.")
    for day, chosen, is_printed in ((4, others, False), (5, some, True), (6, None, False)):
        planned = make.edition(publication, due_at=NOW + timedelta(days=day))
        choose(planned, send_to=chosen)
        make.story(publication)
        edition = assemble_edition.assemble(planned.pk, now=NOW)
        assert ("It rained." in letter_of(edition).html) == is_printed, chosen


def test_a_story_that_was_given_back_is_sent_without_a_correction_of_it(publication: Publication, story: Story) -> None:
    """It was corrected after its edition was stopped, and before it was known that nobody had got it."""
    correct(story)
    reopen_edition.give_back(story.placements.get().edition)
    again = built(publication)
    assert again.placements.filter(story=story).exists()
    assert TEXT not in letter_of(again).html
    Edition.objects.update(state=EditionState.DISPATCHED, approved_hash=F("content_hash"))
    made = correct(story)
    assert made.edition == again
    assert TEXT in on_the_web(story)
    assert TEXT in letter_of(built(publication, day=2)).html


def test_a_correction_is_undone_until_readers_have_its_line(publication: Publication, story: Story) -> None:
    made, eddie = correct(story), make.eddie()
    edition = built(publication)
    correct_story.withdraw_correction(made, by=eddie, now=NOW)
    edition.refresh_from_db()
    assert edition.state == EditionState.PLANNED  # to be rebuilt without it
    assert TEXT not in letter_of(assemble_edition.assemble(edition.pk, now=TUESDAY)).html
    assert TEXT not in on_the_web(story)
    edition_decisions.cancel(Edition.objects.get(pk=edition.pk), reason="x", now=NOW)

    other = correct(story, text="It opens on Sunday.")
    approved = make.approved_edition(publication, due_at=NOW + timedelta(days=3))
    with pytest.raises(InvalidState, match="Reopen that edition first"):
        correct_story.withdraw_correction(StoryCorrection.objects.get(pk=other.pk), by=eddie, now=NOW)
    Edition.objects.filter(pk=approved.pk).update(state=EditionState.DISPATCHING)
    with pytest.raises(InvalidState, match="Readers have this correction"):
        correct_story.withdraw_correction(StoryCorrection.objects.get(pk=other.pk), by=eddie, now=NOW)


def test_a_line_is_taken_out_and_put_back(publication: Publication, story: Story) -> None:
    made, eddie = correct(story), make.eddie()
    out = correct_story.set_in_next_email(made, is_wanted=False, by=eddie, now=NOW)
    assert TEXT not in letter_of(built(publication)).html
    assert TEXT in on_the_web(story)
    correct_story.set_in_next_email(out, is_wanted=True, by=eddie, now=NOW)
    assert TEXT in letter_of(built(publication, day=2)).html


def test_the_same_correction_sent_twice_is_one_and_every_act_is_recorded(story: Story) -> None:
    made = correct(story)
    assert correct(story) == made
    correct_story.withdraw_correction(made, by=make.eddie(), now=NOW)
    correct_story.withdraw_correction(StoryCorrection.objects.get(), by=make.eddie(), now=NOW)
    acts = Record.objects.filter(subject="story", subject_id=story.pk, act__contains="correct").order_by("pk")
    assert list(acts.values_list("act", "who")) == [
        ("story-corrected", "eddie@example.org"),
        ("correction-withdrawn", "eddie@example.org"),
    ]


def test_only_a_sent_story_is_corrected_by_who_may_approve(publication: Publication, story: Story) -> None:
    with pytest.raises(InvalidState, match="not sent"):
        correct(make.story(publication))
    with pytest.raises(BadInput, match="empty"):
        correct(story, text="  ")
    with pytest.raises(BadInput, match="501 characters"):
        correct(story, text="x" * 501)
    with pytest.raises(NotPermitted):
        correct_story.correct_story(story, text=TEXT, by=make.cora(), now=NOW)
    assert not StoryCorrection.objects.exists()


def test_a_correction_is_written_in_the_language_of_its_publication() -> None:
    arabic = make.arabic_publication()
    story = make.arabic_story(arabic)
    edition = make.approved_edition(arabic, stories=0)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.DISPATCHED)
    correct(story, text="يفتح الجسر يوم السبت.")
    page = on_the_web(story)
    assert "تصويب بتاريخ" in page
    assert 'lang="ar" dir="rtl"' in page[page.index("correction-") :]


def test_what_a_person_writes_is_escaped_and_fills_in_nothing(publication: Publication, story: Story) -> None:
    correct(story, text="<script>x()</script> __nl_reader__", headline="<img src=x>", body='<p onclick="x()">Hi</p>')
    for page in (on_the_web(story), letter_of(built(publication)).html):
        assert "<script>x" not in page
        assert "<img src=x>" not in page
        assert "onclick" not in page
        assert "__nl_reader__ " not in page
