from newsletter.editions.models import Edition, EditionState
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make


def test_a_sent_story_is_corrected_listed_and_taken_back(newsletter: Command, publication: Publication) -> None:
    story = make.story(publication)
    edition = make.approved_edition(publication, stories=0)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.DISPATCHED)
    text = "It opens on Saturday."
    [made] = newsletter("stories", "correct", story.pk, "--text", text, "--headline", "Saturday", "--json").data
    assert (made["text"], made["headline"], made["in_next_email"], made["printed_in"]) == (text, "Saturday", True, None)
    assert text in newsletter("stories", "corrections", story.pk).text
    [undone] = newsletter("stories", "undo-correction", made["id"], "--json").data
    assert undone["withdrawn_at"]
    assert newsletter("stories", "corrections", story.pk, "--json").data == []


def test_a_story_that_was_not_sent_is_not_corrected(newsletter: Command, publication: Publication) -> None:
    result = newsletter("stories", "correct", make.story(publication).pk, "--text", "No.")
    assert (result.status, result.out) == (1, "")
    assert "not sent" in result.err
    assert newsletter("stories", "undo-correction", 99).status == 1
