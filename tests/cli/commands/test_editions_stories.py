"""newsletter editions stories, pick and take-out."""

from datetime import timedelta

import pytest

from newsletter.accounts.models import Role, User
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from tests.cli.conftest import Command
from tests.support import factories as make


@pytest.fixture
def edition(publication: Publication) -> Edition:
    for headline in ("one", "two", "three"):
        make.story(publication, headline=headline)
    return make.edition(publication, due_at=clock.now() + timedelta(hours=3))


def number(headline: str) -> int:
    return Story.objects.get(headline=headline).pk


def test_an_edition_is_arranged_in_the_terminal(newsletter: Command, edition: Edition) -> None:
    cora = make.cora()
    picked = newsletter("editions", "pick", edition.pk, number("three"), "--section", "City", "--json").data
    assert [(row["headline"], row["section"], row["picked"]) for row in picked] == [
        ("three", "City", True),
        ("one", "", False),
        ("two", "", False),
    ]
    newsletter("editions", "pick", edition.pk, number("two"), "--after", number("three"))
    led = newsletter("editions", "pick", edition.pk, number("one"), "--lead", "--json").data
    assert [(row["headline"], row["kind"]) for row in led] == [("one", "lead"), ("three", ""), ("two", "")]
    left = newsletter("editions", "take-out", edition.pk, number("three"), "--json").data
    assert [row["headline"] for row in left] == ["one", "two"]
    assert "automatic" not in newsletter("editions", "stories", edition.pk).out
    assert set(Record.objects.filter(act=Act.EDITION_ARRANGED).values_list("who", "door")) == {(cora.email, "command")}


def test_a_story_that_comes_after_the_closing_time_is_in_the_following_edition(
    newsletter: Command, edition: Edition
) -> None:
    Publication.objects.update(closing_minutes=200, maximum_stories=1)
    later = make.edition(edition.publication, due_at=edition.due_at + timedelta(days=1), local_date=None)
    done = newsletter("editions", "pick", edition.pk, number("two"))
    assert f"Edition {edition.pk} takes no more stories. The story is in edition {later.pk}." in done.err
    refused = newsletter("editions", "take-out", edition.pk, number("two"))
    assert refused.status == 1
    assert "is not in this edition any more" in refused.err


def test_an_editor_adds_a_late_story_on_purpose(newsletter: Command, edition: Edition) -> None:
    make.eddie()
    Publication.objects.update(closing_minutes=200, maximum_stories=1)
    made = newsletter("editions", "pick", edition.pk, number("two"), "--anyway", "--json").data
    assert [row["headline"] for row in made] == ["two"]


def test_a_story_is_changed_for_one_email_and_the_act_is_undone(newsletter: Command, edition: Edition) -> None:
    make.cora()
    shown = newsletter("editions", "override", edition.pk, number("two"), "kicker=City", "headline=Zwei", "--json").data
    assert shown["changed"] == {"kicker": "City", "headline": "Zwei"}
    reset = newsletter("editions", "override", edition.pk, number("two"), "--reset", "kicker", "--json").data
    assert reset["changed"] == {"headline": "Zwei"}
    refused = newsletter("editions", "override", edition.pk, number("two"), "url=https://example.org/")
    assert "cannot be set for one edition here" in refused.err
    acts = newsletter("undo", "--json").data
    assert [act["what"] for act in acts] == ["“two” was changed for this email."] * 2
    assert "Undone: “two” was changed" in newsletter("undo", acts[0]["act"]).err
    assert newsletter("editions", "override", edition.pk, number("two"), "--json").data["changed"]["kicker"] == "City"
    assert len(newsletter("undo", "--json").data) == 1
    assert "no act 0" not in newsletter("undo", 999_999).out
    assert newsletter("undo", 999_999).status == 1


def test_a_curator_of_one_publication_undoes_their_acts(newsletter: Command, edition: Edition) -> None:
    lina = User.objects.create_user("lina@example.org", name="Lina", role="")
    grant_publication_role(lina, edition.publication, role=Role.CURATOR, by=None, now=clock.now())
    story_queue.drop(Story.objects.get(headline="two"), by=User.objects.get(pk=lina.pk))
    (act,) = newsletter("undo", "--by", lina.email, "--json").data
    assert "Undone: “two” was removed" in newsletter("undo", act["act"], "--by", lina.email).err
    assert Story.objects.get(headline="two").state == "queued"


def test_a_story_is_claimed_taken_over_and_released(newsletter: Command, edition: Edition) -> None:
    cora, eddie = make.cora().email, make.eddie().email
    assert newsletter("stories", "claim", number("two"), "--by", cora, "--json").data["claimed_by"] == "Cora"
    assert "Cora is on this story." in newsletter("stories", "claim", number("two"), "--by", eddie).err
    over = newsletter("stories", "claim", number("two"), "--over", "--by", eddie, "--json").data
    assert over["claimed_by"] == "Eddie"
    newsletter("stories", "release", number("two"), "--by", eddie)
    assert Story.objects.get(headline="two").claimed_by is None
