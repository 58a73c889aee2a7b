"""Gifts taken in at the desk: by editors, from a file, with a word on every row that was not taken."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from newsletter.giving.models import Gift
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.web.desk.gifts import MAX_FILE_BYTES
from tests.support import factories as make
from tests.web.asking import words

HEADER = "email,date,amount,currency,reference\n"


def row(email: str, reference: str) -> str:
    return f"{email},{clock.now():%Y-%m-%d},25,USD,{reference}\n"


def posted(client: Client, text: str, **said: str) -> str:
    data = {"file": SimpleUploadedFile("gifts.csv", text.encode()), "source": "stripe", **said}
    return words(client.post("/desk/morning/gifts/", data))


def test_an_editor_takes_gifts_in_and_reads_what_was_not_taken(eddie: Client, publication: Publication) -> None:
    text = HEADER + row("rita@example.org", "1") + row("nobody", "2")
    page = posted(eddie, text)
    assert "1 new gift" in page
    assert "Line 3 The email address has no @." in page
    assert "Already imported 1" in posted(eddie, text)
    assert "not paid" not in page.casefold()
    failed = HEADER.strip() + ",status\n" + row("rita@example.org", "3").strip() + ",Failed\n"
    assert "Unpaid or refunded 1" in posted(eddie, failed)
    assert (Gift.objects.get().email, Gift.objects.get().publication) == ("rita@example.org", None)


def test_they_may_be_for_the_readers_of_one_publication(eddie: Client, publication: Publication) -> None:
    assert "Thank only readers of this publication" not in words(eddie.get("/desk/morning/gifts/"))
    make.publication()
    assert "Thank only readers of this publication" in words(eddie.get("/desk/morning/gifts/"))
    posted(eddie, HEADER + row("rita@example.org", "1"), only_here="on")
    assert Gift.objects.get().publication == publication


@pytest.mark.parametrize(
    ("text", "said", "sentence"),
    [
        ("donor,when\n", {}, "line 1: has no column “email”."),
        ("email,date,amount\n", {}, "has no column “currency”"),
        (HEADER, {"currency": "€"}, "Is not three letters. Enter a currency code"),
        (HEADER, {"source": ""}, "This field is required."),
    ],
)
def test_a_file_that_is_not_understood_changes_nothing_and_says_why(
    eddie: Client, publication: Publication, text: str, said: dict[str, str], sentence: str
) -> None:
    assert sentence in posted(eddie, text + row("rita@example.org", "1"), **said)
    assert not Gift.objects.exists()


def test_a_file_in_another_encoding_is_refused(eddie: Client, publication: Publication) -> None:
    file = SimpleUploadedFile("gifts.csv", HEADER.encode() + "zoë@example.org,2026-11-20,1,USD,1\n".encode("latin-1"))
    answer = eddie.post("/desk/morning/gifts/", {"file": file, "source": "stripe"})
    assert answer.status_code == 422
    assert "line 2: is not in UTF-8." in words(answer)


def test_a_file_that_is_too_large_is_refused_with_the_way_to_take_it_in(
    eddie: Client, publication: Publication
) -> None:
    text = HEADER + "x" * MAX_FILE_BYTES
    said = posted(eddie, text)
    assert "Is larger than 20 MB. Use the command newsletter gifts import, which has no size limit." in said


def test_only_who_may_change_appeals_may_say_who_gave(cora: Client, otto: Client, publication: Publication) -> None:
    for client in (cora, otto):
        assert client.get("/desk/morning/gifts/").status_code == 403
        assert "Import gifts" not in words(client.get("/desk/morning/editions/"))
