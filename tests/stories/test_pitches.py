"""Pitches: who may propose, change, accept and decline, and that each decision is made once."""

from collections.abc import Callable
from typing import Any

import pytest

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.editions.edition_stories import planned_stories
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from newsletter.stories import pitches, story_queue
from newsletter.stories.models import Story, StoryState
from tests.support import factories as make

pytestmark = pytest.mark.django_db
TEXT: dict[str, Any] = {
    "headline": "The ferry stays",
    "url": "https://post.example.org/ferry",
    "body": "<p>It stays.</p>",
}


@pytest.fixture
def publication() -> Publication:
    return make.publication()


@pytest.fixture
def carl() -> User:
    return make.person(Role.CONTRIBUTOR, "Carl")


@pytest.fixture
def pitch(publication: Publication, carl: User) -> Story:
    return pitches.pitch_story(publication, why="  Islanders ask. ", by=carl, **TEXT)


def acts() -> list[str]:
    return list(Record.objects.order_by("pk").values_list("act", flat=True))


def test_a_pitch_waits_beside_the_queue_and_no_edition_takes_it(
    publication: Publication, pitch: Story, carl: User
) -> None:
    assert (pitch.state, pitch.pitch, pitch.created_by) == (StoryState.PITCHED, "Islanders ask.", carl)
    assert story_queue.queued_stories(publication) == []
    assert not planned_stories(make.edition(publication), now=make.MONDAY)
    assert list(publication.stories.all().pitched()) == [pitch]


def test_a_contributor_changes_own_pitches_until_they_are_decided(pitch: Story, carl: User) -> None:
    changed = pitches.change_pitch(pitch, why="Many ask.", seen=1, by=carl, headline="The ferry may stay")
    assert (changed.headline, changed.pitch, changed.version) == ("The ferry may stay", "Many ask.", 2)
    with pytest.raises(NotPermitted):
        story_queue.update(pitch, by=make.person(Role.CONTRIBUTOR, "Carla"), headline="Mine")
    pitches.accept_pitch(pitch, by=make.cora())
    with pytest.raises(InvalidState, match="has decided"):
        pitches.change_pitch(pitch, why="Many ask.", seen=2, by=carl, headline="Late")
    with pytest.raises(NotPermitted):
        story_queue.update(pitch, by=carl, headline="Late")
    assert Story.objects.get().headline == "The ferry may stay"


def test_contributors_do_nothing_else(publication: Publication, pitch: Story, carl: User) -> None:
    queued = make.story(publication)
    acts: list[Callable[[], Story]] = [
        lambda: story_queue.add(publication, by=carl, **TEXT),
        lambda: story_queue.move(queued, to=1, by=carl),
        lambda: story_queue.drop(queued, by=carl),
        lambda: pitches.accept_pitch(pitch, by=carl),
        lambda: pitches.decline_pitch(pitch, reason="No.", by=carl),
    ]
    for forbidden in acts:
        with pytest.raises(NotPermitted):
            forbidden()


def test_an_accepted_pitch_is_the_last_of_the_queue_and_accepting_again_changes_nothing(
    publication: Publication, pitch: Story
) -> None:
    first = make.story(publication)
    for _ in range(2):
        pitches.accept_pitch(pitch, by=make.cora())
    assert story_queue.queued_stories(publication) == [first, pitch]
    assert acts() == [Act.STORY_PITCHED, Act.PITCH_ACCEPTED]
    with pytest.raises(InvalidState):
        pitches.decline_pitch(pitch, reason="Too late.", by=make.cora())


def test_a_declined_pitch_keeps_the_first_reason_and_can_still_be_accepted(
    publication: Publication, pitch: Story
) -> None:
    for reason in ("We ran it in May.", "Another."):
        declined = pitches.decline_pitch(pitch, reason=reason, by=make.cora())
    assert (declined.state, declined.declined_because) == (StoryState.DECLINED, "We ran it in May.")
    accepted = pitches.accept_pitch(pitch, by=make.cora())
    assert (accepted.state, accepted.declined_because) == (StoryState.QUEUED, "")
    assert acts() == [Act.STORY_PITCHED, Act.PITCH_DECLINED, Act.PITCH_ACCEPTED]


def test_a_sentence_is_asked_for(publication: Publication, pitch: Story, carl: User) -> None:
    with pytest.raises(BadInput, match="why"):
        pitches.pitch_story(publication, why=" ", by=carl, **TEXT, again=True)
    with pytest.raises(BadInput, match="reason"):
        pitches.decline_pitch(pitch, reason="x" * 301, by=make.cora())


def test_a_link_that_the_queue_has_by_now_is_accepted_only_on_purpose(publication: Publication, pitch: Story) -> None:
    make.story(publication, url=pitch.url)
    with pytest.raises(InvalidState, match="Confirm the duplicate"):
        pitches.accept_pitch(pitch, by=make.cora())
    assert pitches.accept_pitch(pitch, by=make.cora(), again=True).state == StoryState.QUEUED


def test_whoever_pitched_sees_what_became_of_each(publication: Publication, pitch: Story, carl: User) -> None:
    pitches.accept_pitch(pitch, by=make.cora())
    story_queue.drop(pitch, by=make.cora())
    make.story(publication, created_by=carl)  # added by them as a curator: no pitch
    assert [(one.pk, one.state) for one in pitches.pitches_of(publication, carl)] == [(pitch.pk, StoryState.DROPPED)]
