"""The commands for pitches."""

import pytest

from newsletter.accounts.models import Role
from newsletter.stories.models import Story, StoryState
from tests.cli.conftest import Command
from tests.support import factories as make

pytestmark = pytest.mark.django_db


def pitch(**said: str) -> Story:
    carl = make.person(Role.CONTRIBUTOR, "Carl")
    publication = make.publication(slug="morning")
    return make.story(publication, state=StoryState.PITCHED, pitch="Islanders ask.", created_by=carl, **said)


def test_a_pitch_is_listed_and_accepted(newsletter: Command) -> None:
    story = pitch(headline="Ferry")
    make.story(story.publication, url=story.url)
    [shown] = newsletter("stories", "pitches", "--json").data
    assert (shown["id"], shown["state"], shown["pitch"], shown["by"]) == (
        story.pk,
        "pitched",
        "Islanders ask.",
        "carl@example.org",
    )
    assert "Carl Islanders ask." in newsletter("stories", "pitches").text
    assert newsletter("stories", "accept", str(story.pk)).status == 1  # its link is in the queue
    assert newsletter("stories", "accept", str(story.pk), "--again", "--json").data["state"] == "queued"
    assert newsletter("stories", "pitches", "--json").data == []


def test_a_pitch_is_declined_with_a_reason_by_somebody_who_may(newsletter: Command) -> None:
    story = pitch()
    words = ("stories", "decline", str(story.pk), "--reason", "We ran it.")
    refused = newsletter(*words, "--by", "carl@example.org")
    assert (refused.status, "does not permit this" in refused.err) == (1, True)
    assert newsletter(*words, "--json").data["state"] == "declined"
    assert Story.objects.get().declined_because == "We ran it."
    assert newsletter("stories", "list", "--state", "declined", "--json").data[0]["id"] == story.pk
