from newsletter.giving.models import Appeal
from newsletter.publications.models import Publication
from tests.cli.conftest import Command

ADD = [
    "appeals", "add", "--name", "Winter", "--heading", "Readers pay for this", "--button", "Support us",
    "--url", "https://post.example.org/give",
]  # fmt: skip


def test_an_appeal_is_added_listed_and_retired(newsletter: Command, publication: Publication) -> None:
    told = newsletter(
        *ADD, "--lead", "No owner.", "--point", "One", "--point", "Two", "--closing", "Thank you.",
        "--starts", "2026-12-01",
        "--ends", "2026-12-24", "--priority", "5", "--place", "between", "--story", "2", "--json",
    ).data  # fmt: skip
    assert (told["points"], told["starts_on"], told["ends_on"]) == (["One", "Two"], "2026-12-01", "2026-12-24")
    assert (told["place"], told["story_number"], told["publication"]) == ("between", 2, "morning")
    assert newsletter("appeals", "list").words.endswith(
        "Winter Readers pay for this 2026-12-01 2026-12-24 5 after story 2 yes"
    )
    assert newsletter("appeals", "retire", told["id"], "--json").data["is_active"] is False
    assert newsletter("appeals", "list", "--json").data == []
    assert len(newsletter("appeals", "list", "--all", "--json").data) == 1


def test_an_appeal_that_cannot_stand_is_refused(newsletter: Command, publication: Publication) -> None:
    for wrong in (
        ["--starts", "soon"],
        ["--starts", "2026-12-02", "--ends", "2026-12-01"],
        ["--url", "give"],
        ["--heading", ""],
    ):
        told = newsletter(*ADD, *wrong)
        assert (told.status, told.out, told.err.count("\n")) == (1, "", 1), wrong
    assert not Appeal.objects.exists()
    assert newsletter(*ADD, "--paragraph", "0").status == 2


def test_an_appeal_is_shown_as_people_read_it(newsletter: Command, publication: Publication) -> None:
    words = newsletter(*ADD, "--point", "One").words
    assert "heading Readers pay for this points - One button Support us" in words
    assert "place after paragraph 2 of story 1" in words
