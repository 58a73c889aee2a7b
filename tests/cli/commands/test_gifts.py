from datetime import timedelta

from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make

TODAY = f"{clock.now():%Y-%m-%d}"
FILE = (
    f"email,date,amount,currency,reference\nrita@example.org,{TODAY},25,USD,ch_1\neddie@example.org,soon,5,USD,ch_2\n"
)


def test_gifts_are_imported_listed_and_forgotten(newsletter: Command, publication: Publication) -> None:
    result = newsletter("gifts", "import", "-", "--source", "Stripe", stdin=FILE)
    assert result.text == "gifts read 2 added 1 rejected 1"
    assert "line 3: The date is not a date." in result.err
    assert "@" not in result.err.replace("rita@example.org.", "")

    [gift] = newsletter("gifts", "list", "--json").data
    assert (gift["email"], gift["amount"], gift["source"], gift["publication"]) == (
        "rita@example.org", 2500, "stripe", None,
    )  # fmt: skip
    assert f"rita@example.org {TODAY} 12:00 UTC 25.00 USD stripe ch_1 all" in newsletter("gifts", "list").text

    again = newsletter("gifts", "import", "-", "--source", "stripe", "--json", stdin=FILE).data
    assert (again["added"], again["known"], again["bad"], again["problems"][0]["line"]) == (0, 1, 1, 3)
    assert newsletter("gifts", "forget", "RITA@example.org", "--json").data == {"forgotten": 1}
    assert newsletter("gifts", "list", "--json").data == []


def test_a_huge_number_of_days_lists_all_gifts(newsletter: Command, publication: Publication) -> None:
    make.gift("rita@example.org")
    assert len(newsletter("gifts", "list", "--days", "9" * 30, "--json").data) == 1


def test_unpaid_gifts_are_counted_separately(newsletter: Command, publication: Publication) -> None:
    file = f"email,date,amount,currency,status\nrita@example.org,{TODAY},25,USD,Failed\n"
    assert newsletter("gifts", "import", "-", "--source", "stripe", stdin=file).text == (
        "gifts read 1 added 0 unpaid or refunded 1"
    )
    assert newsletter("gifts", "import", "-", "--source", "stripe", "--json", stdin=file).data["unpaid"] == 1


def test_amounts_are_listed_with_the_digits_of_their_currency(newsletter: Command, publication: Publication) -> None:
    file = f"email,date,amount,currency\nrita@example.org,{TODAY},1250.5,KWD\neddie@example.org,{TODAY},3000,JPY\n"
    newsletter("gifts", "import", "-", "--source", "stripe", stdin=file)
    words = newsletter("gifts", "list").text
    assert "1,250.500 KWD" in words
    assert "3,000 JPY" in words


def test_gifts_may_be_one_publication_s(newsletter: Command, publication: Publication) -> None:
    make.publication(slug="evening")
    newsletter("gifts", "import", "-", "--source", "stripe", "-p", "evening", stdin=FILE)
    [gift] = newsletter("gifts", "list", "-p", "evening", "--json").data
    assert gift["publication"] == "evening"
    assert newsletter("gifts", "list", "-p", "morning", "--json").data == []


def test_a_file_that_cannot_be_understood_is_refused_in_one_sentence(newsletter: Command) -> None:
    result = newsletter("gifts", "import", "-", "--source", "stripe", stdin="donor,when\n")
    assert (result.status, result.out) == (1, "")
    assert "line 1: has no column “email”." in result.err


def test_the_thank_you_letter_is_shown_on_request(newsletter: Command, publication: Publication) -> None:
    make.story(publication)
    edition: Edition = make.edition(publication, due_at=clock.now() + timedelta(minutes=30))
    assert newsletter("editions", "preview", edition.pk, "--thanks").status == 1
    make.appeal(publication)
    assert "Thank you for your gift" in newsletter("editions", "preview", edition.pk, "--thanks").out
    assert "Thank you for your gift" not in newsletter("editions", "preview", edition.pk, "--plain").out
    assert "cannot be combined" in newsletter("editions", "preview", edition.pk, "--plain", "--thanks").err
    assert "Readers pay for this" in newsletter("editions", "preview", edition.pk).out
