"""newsletter publications phrases."""

from newsletter.publications.models import Publication
from tests.cli.conftest import Command


def test_phrases_are_shown_changed_and_reset(newsletter: Command, publication: Publication) -> None:
    shown = newsletter("publications", "phrases", "show", "--json").data
    assert (shown["language"], shown["checked"], shown["phrases"]["read"]) == ("en", True, "Read the full story")
    assert newsletter("publications", "phrases", "set", "morning", "read=Read on", "give=Chip in {amount}").status == 0
    publication.refresh_from_db()
    assert publication.phrases == {"read": "Read on", "give": "Chip in {amount}"}
    assert "Chip in {amount}" in newsletter("publications", "phrases", "show").text
    assert newsletter("publications", "phrases", "reset", "morning", "read").status == 0
    assert newsletter("publications", "show", "--json").data["phrases"] == {"give": "Chip in {amount}"}
    newsletter("publications", "phrases", "reset", "morning")
    publication.refresh_from_db()
    assert publication.phrases == {}


def test_a_phrase_that_does_not_fit_is_named_and_changes_nothing(newsletter: Command, publication: Publication) -> None:
    result = newsletter("publications", "phrases", "set", "morning", "read=Read on", "give=Give")
    assert (result.status, result.err.count("\n")) == (1, 1)
    assert "{amount}" in result.err
    publication.refresh_from_db()
    assert publication.phrases == {}


def test_phrases_that_no_speaker_has_checked_are_shown_with_a_note(
    newsletter: Command, publication: Publication
) -> None:
    newsletter("publications", "set", "morning", "language=uk")
    assert newsletter("publications", "phrases", "show", "--json").data["checked"] is False
    assert "No fluent speaker" in newsletter("publications", "phrases", "show").err
