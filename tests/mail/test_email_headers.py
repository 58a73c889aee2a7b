"""Names in header lines: whatever a publication is called, a receiver reads that name and finds the id."""

from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail import text_cleaning
from newsletter.mail.email_headers import encode_name, list_id_header
from newsletter.postbox.sendgrid_api.validation.warnings import LIST_ID

ID = "morning.news.example.org"


def read(name: str) -> str:
    """The name as an email client shows it: that of an address with this phrase before it."""
    shown, address = parseaddr(f"{encode_name(name)} <rita@example.org>")
    assert address == "rita@example.org"
    return str(make_header(decode_header(shown)))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("The Ledger", "The Ledger"),
        ("Smith, Jones & Co.", '"Smith, Jones & Co."'),
        ('The "Post" <daily>', '"The \\"Post\\" <daily>"'),
        ("back\\slash", '"back\\\\slash"'),
        ("Ålesund <i dag>", "=?utf-8?q?=C3=85lesund_=3Ci_dag=3E?="),
        ("=?utf-8?q?x?=", "=?utf-8?b?PT91dGYtOD9xP3g/PQ==?="),
    ],
)
def test_a_name_stands_plain_quoted_or_encoded(name: str, line: str) -> None:
    assert list_id_header(name, ID) == f"{line} <{ID}>"


def test_without_a_name_the_id_stands_alone() -> None:
    assert list_id_header(" ", ID) == f"<{ID}>"


NAMES = st.text(st.characters(codec="utf-8"), max_size=120) | st.text(' ,.<>"\\=?@:;()[]{}aÅ', max_size=60)


@given(name=NAMES)
def test_whatever_the_name_is_the_id_is_bare_and_the_line_is_one_of_ascii(name: str) -> None:
    line = list_id_header(name, ID)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 998
    assert line.endswith(f"<{ID}>")
    assert LIST_ID.fullmatch(line)
    assert all(len(word) <= 75 for word in line.split() if word.startswith("=?"))


@pytest.mark.parametrize(
    "name",
    [
        "The Ledger",
        "Smith, Jones & Co.",
        '{{x}} "Q" <b>',
        "رسالة الصباح " * 8,
        "👩‍👩‍👧‍👦" * 9,
        "Å “x” é",
        "%recipient%",
    ],
)
def test_a_mail_program_shows_the_name_that_was_meant(name: str) -> None:
    assert read(name) == text_cleaning.collapse_whitespace(name)
