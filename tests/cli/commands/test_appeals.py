from newsletter.accounts.models import User
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.giving.models import Appeal
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make

ADD = [
    "appeals", "add", "--name", "Winter", "--heading", "Readers pay for this", "--button", "Support us",
    "--url", "https://post.example.org/give",
]  # fmt: skip


def test_an_appeal_is_added_listed_and_retired(newsletter: Command, publication: Publication) -> None:
    result = newsletter(
        *ADD, "--lead", "No owner.", "--point", "One", "--point", "Two", "--closing", "Thank you.",
        "--starts", "2026-12-01",
        "--ends", "2026-12-24", "--priority", "5", "--place", "between", "--story", "2", "--json",
    ).data  # fmt: skip
    assert (result["points"], result["starts_on"], result["ends_on"]) == (["One", "Two"], "2026-12-01", "2026-12-24")
    assert (result["place"], result["story_number"], result["publication"]) == ("between", 2, "morning")
    assert newsletter("appeals", "list").text.endswith(
        "Winter Readers pay for this 2026-12-01 2026-12-24 5 after story 2 yes"
    )
    assert newsletter("appeals", "retire", result["id"], "--json").data["is_active"] is False
    assert newsletter("appeals", "list", "--json").data == []
    assert len(newsletter("appeals", "list", "--all", "--json").data) == 1


def test_an_invalid_appeal_is_refused(newsletter: Command, publication: Publication) -> None:
    for wrong in (
        ["--starts", "soon"],
        ["--starts", "2026-12-02", "--ends", "2026-12-01"],
        ["--url", "give"],
        ["--heading", ""],
    ):
        result = newsletter(*ADD, *wrong)
        assert (result.status, result.out, result.err.count("\n")) == (1, "", 1), wrong
    assert not Appeal.objects.exists()
    assert newsletter(*ADD, "--paragraph", "0").status == 2


def test_an_appeal_is_shown_as_text(newsletter: Command, publication: Publication) -> None:
    words = newsletter(*ADD, "--point", "One").text
    assert "heading Readers pay for this points - One button Support us" in words
    assert "position after paragraph 2 of story 1" in words


def test_amounts_a_thermometer_and_a_match_are_given_and_changed(newsletter: Command, publication: Publication) -> None:
    result = newsletter(
        *ADD, "--amount", "10", "--amount", "25", "--currency", "usd", "--amount-url", "https://g.org/?a={amount}",
        "--goal", "60000", "--raised", "41250", "--as-of", "2026-11-22", "--match", "Doubled.",
        "--match-ends", "2026-11-30T23:59", "--json",
    ).data  # fmt: skip
    assert (result["amounts"], result["currency"], result["raised_on"]) == ([10, 25], "USD", "2026-11-22")
    assert result["match_ends_at"] == "2026-12-01T04:59:00Z"  # midnight in New York, less a minute
    changed = newsletter(
        "appeals", "set", result["id"], "raised=50000", "raised_on=2026-11-23", "amounts=5|15|40", "points=One|Two",
        "match=", "match_ends_at=", "--json",
    ).data  # fmt: skip
    assert (changed["raised"], changed["amounts"], changed["points"]) == (50000, [5, 15, 40], ["One", "Two"])
    assert (changed["match"], changed["match_ends_at"]) == ("", None)
    words = newsletter("appeals", "show", result["id"]).text
    assert "raised 50,000 of 60,000 USD, as of 2026-11-23" in words
    assert "amounts 5 USD, 15 USD, 40 USD" in words


def test_an_invalid_value_changes_nothing(newsletter: Command, publication: Publication) -> None:
    number = newsletter(*ADD, "--json").data["id"]
    for wrong in ("amounts=ten", "raised=7", "publication=2", "colour=red", "heading", "goal=many"):
        result = newsletter("appeals", "set", number, "lead=New", wrong)
        assert (result.status, result.out, result.err.count("\n")) == (1, "", 1), wrong
    assert Appeal.objects.get().lead == ""


def test_platforms_are_listed_with_the_source_of_their_link_formats(newsletter: Command) -> None:
    result = newsletter("appeals", "platforms", "--json").data
    assert {"Stripe payment link", "Donorbox", "Givebutter", "Fundraise Up"} < {each["name"] for each in result}
    assert "{cents}" in newsletter("appeals", "platforms").out


def test_each_change_is_recorded_with_who_made_it(newsletter: Command, publication: Publication, eddie: User) -> None:
    texts = ("--name", "Winter", "--heading", "Give", "--button", "Give", "--url", "https://a.org")
    number = newsletter("appeals", "add", *texts, "--json").data["id"]
    newsletter("appeals", "set", number, "heading=Give today", "--by", "eddie@example.org")
    newsletter("appeals", "retire", number)
    records = list(Record.objects.order_by("pk"))
    assert [record.act for record in records] == [Act.APPEAL_ADDED, Act.APPEAL_CHANGED, Act.APPEAL_CHANGED]
    assert {(record.door, record.who) for record in records} == {("command", "eddie@example.org")}
    assert records[1].details == {"heading": "Give → Give today"}
    make.cora()
    refused = newsletter("appeals", "set", number, "heading=Other", "--by", "cora@example.org")
    assert (refused.status, "does not permit this" in refused.err) == (1, True)
