"""Decode a page: by byte order mark, HTTP header, the page's own declaration, or detection. Pure."""

import codecs
import contextlib
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

DECLARED_IN = 4_096  # bytes of the page that are searched for a declaration; browsers read 1,024
DETECTED_IN = 64_000
DECLARATION = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,500}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# As browsers read them: the names of a smaller set mean the larger one (WHATWG Encoding Standard).
LARGER_SETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}


def decode_page(data: bytes, *, content_type: str = "") -> str:
    """Return the text of a page. Never raises: bytes that are invalid in the encoding become replacement characters."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    named = [_codec(name) for name in _declared(data, content_type)]
    shifting = [codec for codec in named if codec.startswith("iso2022")]  # ASCII bytes, so also valid UTF-8
    # UTF-8 comes first: other text is hardly ever valid in it, and servers often name a wrong encoding
    for codec in filter(None, (*shifting, "utf-8", *named)):
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(codec)
    return data.decode(next(filter(None, named), "") or _detected(data), "replace")


def _detected(data: bytes) -> str:
    best = from_bytes(data[:DETECTED_IN]).best()
    return best.encoding if best else "cp1252"


def _declared(data: bytes, content_type: str) -> Iterator[str]:
    if in_header := IN_HEADER.search(content_type):
        yield in_header[1]
    if in_page := DECLARATION.search(data[:DECLARED_IN]):
        yield in_page[1].decode("ascii", "ignore")


def _codec(name: str) -> str:
    """Return the codec for a declared encoding; empty if there is none for text."""
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return ""
    return LARGER_SETS.get(codec.name, codec.name) if codec._is_text_encoding else ""
