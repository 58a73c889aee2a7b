"""What the postbox says about header lines that a receiver could not use."""

import pytest

from newsletter.postbox.sendgrid_api.validation.warnings import find_warnings
from tests.postbox.asking import letter


@pytest.mark.parametrize(
    "value",
    [
        "<news.example.org>",
        "The Ledger <news.example.org>",
        '"Smith, \\"J\\" & Co." <news.example.org>',
        "=?utf-8?q?=C3=85?= =?utf-8?q?=C3=85?= <news.example.org>",
    ],
)
def test_a_list_id_that_a_receiver_finds_is_no_matter(value: str) -> None:
    assert find_warnings(letter(headers={"List-Id": value})) == []


@pytest.mark.parametrize(
    "value",
    [
        "=?utf-8?q?=C3=85lesund_=3Cnews=2Eexample=2Eorg=3E?=",  # the id encoded with the name
        "Smith, Jones <news.example.org>",
        "Ålesund <news.example.org>",
        '{{x}} "Q" <b> <news.example.org>',
        "news.example.org",
        "<news example>",
    ],
)
def test_a_list_id_without_a_readable_id_is_a_warning(value: str) -> None:
    assert "without a readable id" in " ".join(find_warnings(letter(headers={"list-id": value})))


def test_an_unencoded_header_line_is_a_warning() -> None:
    said = " ".join(find_warnings(letter(headers={"X-Mood": "fröhlich", "X-Plain": "glad"})))
    assert "not ASCII and are sent unencoded: X-Mood." in said
