"""The encoding of a page: what the bytes are, whatever is declared."""

import pytest

from newsletter.stories.reading.page_encoding import decode_page

ARABIC, FRENCH, JAPANESE = "الميناء القديم", "L’été à l’œuvre", "古い港が改修される"


@pytest.mark.parametrize(
    ("data", "content_type", "text"),
    [
        (ARABIC.encode(), "", ARABIC),
        (ARABIC.encode(), "text/html; charset=iso-8859-1", ARABIC),
        (ARABIC.encode("cp1256"), "text/html; charset=windows-1256", ARABIC),
        (FRENCH.encode("cp1252"), "text/html; charset=ISO-8859-1", FRENCH),
        (JAPANESE.encode("iso2022_jp"), 'text/html; charset="ISO-2022-JP"', JAPANESE),
        (JAPANESE.encode("utf-16"), "", JAPANESE),
        (b"\xef\xbb\xbf" + ARABIC.encode(), "text/html; charset=latin1", ARABIC),
        (b"<meta charset=shift_jis>" + JAPANESE.encode("cp932"), "", "<meta charset=shift_jis>" + JAPANESE),
        (b"plain", "text/html; charset=no-such", "plain"),
        (b"plain", "text/html; charset=zlib", "plain"),
        (b"", "", ""),
    ],
)
def test_a_page_is_decoded(data: bytes, content_type: str, text: str) -> None:
    assert decode_page(data, content_type=content_type) == text


def test_an_undeclared_encoding_is_detected() -> None:
    text = "Старый порт будет углублён, решил городской совет поздно вечером. " * 20
    assert decode_page(text.encode("cp1251")) == text


def test_invalid_bytes_are_replaced() -> None:
    assert decode_page(b"a\xff\xfeb", content_type="text/html; charset=utf-8") == "a��b"
