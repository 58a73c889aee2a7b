"""Bodies in chunks: what is framed comes out as it went in, whatever else comes is told apart."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.postbox.chunked import BadChunk, TooLarge, read_chunked

LIMIT = 1000


@given(parts=st.lists(st.binary(min_size=1, max_size=50), max_size=15), behind=st.binary(max_size=20))
def test_what_is_framed_comes_out_and_what_follows_stays(parts: list[bytes], behind: bytes) -> None:
    framed = b"".join(b"%x;name=value\r\n%s\r\n" % (len(part), part) for part in parts)
    stream = io.BytesIO(framed + b"0\r\nTrailer: x\r\n\r\n" + behind)
    assert read_chunked(stream, limit=LIMIT) == b"".join(parts)
    assert stream.read() == behind


@given(wild=st.binary(max_size=60) | st.text("0123456789abcdef\r\n;x", max_size=60).map(str.encode))
def test_whatever_comes_is_a_body_or_told_apart(wild: bytes) -> None:
    with suppress(BadChunk, TooLarge):
        assert len(read_chunked(io.BytesIO(wild), limit=LIMIT)) < LIMIT


def test_a_body_as_large_as_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge):
        read_chunked(io.BytesIO(b"3e8\r\n" + b"x" * LIMIT + b"\r\n0\r\n\r\n"), limit=LIMIT)
