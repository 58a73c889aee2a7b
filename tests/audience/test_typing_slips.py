"""Which addresses look mistyped, and what was probably meant."""

import pytest

from newsletter.audience.typing_slips import COMMON_DOMAINS, suggest_address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("yahooo.com", "yahoo.com"),
        ("iclod.com", "icloud.com"),
        ("outlok.fr", "outlook.fr"),
        ("tideline.con", "tideline.com"),
        ("tideline.ogr", "tideline.org"),
    ],
)
def test_a_slip_is_noticed(typed: str, meant: str) -> None:
    assert suggest_address(f"rita@{typed}") == f"rita@{meant}"


@pytest.mark.parametrize(
    "domain", ["example.org", "mail.com", "ymail.com", "me.co", "gmx.eu", "aol.de", "post.example"]
)
def test_an_ordinary_domain_is_no_slip(domain: str) -> None:
    assert suggest_address(f"rita@{domain}") == ""


def test_no_common_domain_is_a_slip_of_another() -> None:
    assert {domain for domain in COMMON_DOMAINS if suggest_address(f"rita@{domain}")} == set()
