"""Values of a story in one edition: printed there, in its archive and nowhere else."""

from datetime import timedelta

import pytest

from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.editions import edition_picks, public_archive, undo_picks
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, compose_letters, edition_decisions
from newsletter.letters.edit_edition import SaveEffect
from newsletter.letters.edition_decisions import ApprovalNeeded
from newsletter.letters.override_story import override_story, story_in_edition
from newsletter.lib.errors import BadInput, InvalidState, VersionConflict
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
NOW = MONDAY - timedelta(hours=6)


@pytest.fixture
def publication() -> Publication:
    return make.publication(archive_open=True)


@pytest.fixture
def edition(publication: Publication) -> Edition:
    for headline in ("one", "two"):
        make.story(publication, headline=headline, section="City", picture=make.picture(), picture_alt="A ferry")
    return make.edition(publication)


def story(headline: str = "two") -> Story:
    return Story.objects.get(headline=headline)


def override(edition: Edition, **fields: object) -> Edition:
    return override_story(edition, story().pk, fields, by=make.cora(), now=NOW)  # type: ignore[arg-type]  # checked there


def headlines(edition: Edition) -> list[str]:
    return [each.headline for each in assemble_edition.offered_stories(edition, now=NOW)]


def test_an_edition_prints_its_own_texts_and_the_story_keeps_its_own(edition: Edition) -> None:
    override(edition, headline="Ferry stays", kicker="Sea", body="<p>Until 2030.</p>")
    assert headlines(edition) == ["Ferry stays", "one"], "what is changed for an edition is picked for it"
    built = assemble_edition.assemble(edition.pk, now=MONDAY)
    letter = built.letters.get()
    assert "Ferry stays" in letter.html
    assert "Until 2030." in letter.text
    assert letter.subject == "Ferry stays"
    assert (story().headline, story().kicker) == ("two", "")
    Edition.objects.filter(pk=built.pk).update(
        state=EditionState.DISPATCHED, approved_hash=built.content_hash, approved_by=make.eddie()
    )
    found = list(public_archive.archived_letters(built.publication, "ferry"))
    assert public_archive.headlines_of(found, []) == {built.pk: ["Ferry stays", "one"]}
    assert not public_archive.archived_letters(built.publication, "two"), "nobody was sent that headline"


def test_what_equals_the_original_is_not_overridden_and_follows_the_story(edition: Edition) -> None:
    override(edition, headline="Ferry stays", picture=None, picture_url="", picture_alt="")
    found = story_in_edition(edition, story().pk, now=NOW)
    assert (found.shown.picture, found.original.picture is None) == (None, False)
    override(edition, headline="two", picture=story().picture, picture_alt="A ferry")
    assert edition.picks.get().own_values == {}
    story_queue.update(story(), headline="two", kicker="News")
    assert story_in_edition(edition, story().pk, now=NOW).shown.kicker == "News"


def test_another_section_moves_the_story_and_can_be_undone(edition: Edition) -> None:
    edition_picks.place(edition, story("one"), by=make.cora(), now=NOW)
    override(edition, section="")
    assert headlines(edition) == ["two", "one"]
    undo_picks.undo(edition.pick_changes.latest("pk"), by=make.cora(), now=NOW)
    assert headlines(edition) == ["one", "two"]


def test_two_who_change_a_story_for_one_edition_are_told(edition: Edition) -> None:
    seen = story_in_edition(edition, story().pk, now=NOW).pick.version
    override(edition, headline="Ferry stays")
    with pytest.raises(VersionConflict):
        override_story(edition, story().pk, {"kicker": "Sea"}, by=make.eddie(), now=NOW, seen=seen)
    with pytest.raises(BadInput, match="headline"):
        override(edition, headline="")


def test_what_somebody_corrects_in_the_story_meanwhile_is_not_overridden(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    built, compose = assemble_edition.assemble(edition.pk, now=MONDAY), compose_letters.compose_changed

    def slowly(*given: object, **more: object) -> object:
        story_queue.update(story(), body="<p>It opens on Saturday.</p>")
        return compose(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(compose_letters, "compose_changed", slowly)
    with pytest.raises(VersionConflict):
        override(built, headline="Ferry stays")
    assert not built.picks.exists()


def test_a_built_email_is_rebuilt_and_an_approval_ends_only_when_that_was_announced(edition: Edition) -> None:
    built = assemble_edition.assemble(edition.pk, now=MONDAY)
    rebuilt = override(built, headline="Ferry stays")
    assert (rebuilt.state, rebuilt.content_hash != built.content_hash) == (EditionState.ASSEMBLED, True)
    assert list(rebuilt.placements.values_list("headline", flat=True)) == ["one", "Ferry stays"]
    assert not assemble_edition.refresh_stale(now=NOW)
    approved = edition_decisions.approve(rebuilt, content_hash=rebuilt.content_hash, by=make.eddie(), now=NOW)
    with pytest.raises(ApprovalNeeded):
        override(approved, headline="Ferry goes")
    changed = override_story(
        approved, story().pk, {"headline": "Ferry goes"}, by=make.cora(), now=NOW, announced=SaveEffect.UNAPPROVED
    )
    assert (changed.state, changed.approved_by) == (EditionState.ASSEMBLED, None)


def test_a_change_is_recorded_and_a_story_that_is_not_in_the_edition_is_not_changed(edition: Edition) -> None:
    override(edition, headline="Ferry stays")
    record = Record.objects.get(act=Act.STORY_OVERRIDDEN)
    assert record.details == {"story": "two", "headline": "two → Ferry stays"}
    edition_picks.take_out(edition, story(), by=make.cora(), now=NOW)
    with pytest.raises(InvalidState, match="not in this edition"):
        override(edition, headline="Ferry goes")
