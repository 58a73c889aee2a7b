from pathlib import Path

from newsletter.giving.models import Appeal
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from tests.cli.conftest import Command

COPIED = """\
The harbour wall holds
After the storm of Tuesday the harbour wall still stands, a report by Ada Bell for The Alder Bay Lantern found out.
Engineers had feared that the oldest part would give way, and walked it from end to end while the tide was low.
Keep a newsroom by the sea
Nobody else sends somebody to every meeting:
- We read the budget so that you need not
- We answer every letter
- We read the budget so that you need not
- We answer every letter
Support our reporting today.
They found three loose stones and a family of otters. The stones will be set again in March.
"""
ADD = ("stories", "add", "--url", "https://lantern.example.org/wall", "--paste", "-")


def test_pasted_text_becomes_a_story_without_the_donation_block(newsletter: Command, publication: Publication) -> None:
    result = newsletter(*ADD, "--json", stdin=COPIED).data
    assert result["headline"] == "The harbour wall holds"
    assert (result["byline"], result["source_name"]) == ("Ada Bell", "The Alder Bay Lantern")
    assert result["body"].count("<p>") == 3
    assert "budget" not in result["body"]
    assert "Support" not in result["body"]
    found = result["pasted"]["appeal"]
    assert found["heading"] == "Keep a newsroom by the sea"
    assert found["points"] == ["We read the budget so that you need not", "We answer every letter"]
    assert found["after_paragraph"] == 2
    assert [line["part"] for line in result["pasted"]["lines"]].count("paragraph") == 3


def test_the_type_of_each_line_is_shown_and_no_appeal_saved(newsletter: Command, publication: Publication) -> None:
    result = newsletter(*ADD, stdin=COPIED)
    assert result.status == 0
    shown = [line.split() for line in result.err.splitlines()]
    for line in (["1", "headline"], ["3", "paragraph"], ["4", "appeal-heading"], ["8", "appeal-point-repeated"]):
        assert line in [words[:2] for words in shown], line
    assert "The appeal was not saved. Save it with --keep-appeal." in result.err
    assert "headline    The harbour wall holds" in result.out
    assert not Appeal.objects.exists()


def test_a_given_line_type_overrides_the_detected_one(newsletter: Command, publication: Publication) -> None:
    result = newsletter(*ADD, "--line-type", "4=ignored", "--line-type", "10=paragraph", "--json", stdin=COPIED).data
    assert "Support our reporting today." in result["body"]
    assert result["pasted"]["lines"][3]["reason"] == "your correction"
    for wrong in ("4", "four=ignored", "4=nothing", "4=blank", "99=paragraph"):
        refused = newsletter(*ADD, "--allow-duplicate", "--line-type", wrong, stdin=COPIED)
        assert (refused.status, refused.out) == (1, ""), wrong
    assert Story.objects.count() == 1


def test_options_win_over_what_the_text_says(newsletter: Command, publication: Publication) -> None:
    result = newsletter(*ADD, "--headline", "Our wall", "--byline", "B. Bell", "--json", stdin=COPIED).data
    assert (result["headline"], result["byline"], result["source_name"]) == (
        "Our wall",
        "B. Bell",
        "The Alder Bay Lantern",
    )


def test_the_appeal_is_saved_at_its_position_with_keep_appeal(newsletter: Command, publication: Publication) -> None:
    result = newsletter(
        *ADD, "--keep-appeal", "--appeal-url", "https://lantern.example.org/give", "--json", stdin=COPIED
    ).data  # fmt: skip
    stored = Appeal.objects.get()
    assert result["pasted"]["appeal_stored"] == stored.pk
    assert (stored.heading, stored.lead, len(stored.points)) == (
        "Keep a newsroom by the sea", "Nobody else sends somebody to every meeting:", 2,
    )  # fmt: skip
    assert (stored.place, stored.story_number, stored.paragraph_number) == ("in-story", 1, 2)
    assert stored.url == "https://lantern.example.org/give"
    assert not stored.is_active


def test_saving_an_appeal_shows_the_command_that_activates_it(newsletter: Command, publication: Publication) -> None:
    result = newsletter(*ADD, "--keep-appeal", "--appeal-url", "https://lantern.example.org/give", stdin=COPIED)
    stored = Appeal.objects.get()
    assert f"newsletter appeals set {stored.pk} is_active=yes" in result.err
    assert newsletter("appeals", "set", str(stored.pk), "is_active=yes", "--json").data["is_active"] is True


def test_an_appeal_without_an_address_stores_neither_it_nor_the_story(
    newsletter: Command, publication: Publication
) -> None:
    result = newsletter(*ADD, "--keep-appeal", stdin=COPIED)
    assert (result.status, result.out) == (1, "")
    assert "--appeal-url: is missing." in result.err
    assert not Story.objects.exists()
    refused = newsletter(*ADD, "--keep-appeal", "--appeal-url", "javascript:alert(1)", stdin=COPIED)
    assert refused.status == 1
    assert not Story.objects.exists()


def test_an_appeal_that_is_already_saved_is_not_offered_again(newsletter: Command, publication: Publication) -> None:
    newsletter(*ADD, "--keep-appeal", "--appeal-url", "https://lantern.example.org/give", stdin=COPIED)
    result = newsletter(*ADD, "--allow-duplicate", "--keep-appeal", stdin=COPIED)
    assert result.status == 0
    assert "an appeal that is already saved" in result.err
    assert Appeal.objects.count() == 1


def test_text_that_is_no_article_is_refused(newsletter: Command, publication: Publication, tmp_path: Path) -> None:
    for text in ("", " \n \n", "x" * 200_001, b"\xff\xfe\x00"):
        result = newsletter(*ADD, stdin=text)
        assert (result.status, result.out, result.err.count("\n")) == (1, "", 1)
