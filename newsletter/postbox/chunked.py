"""Reads a chunked request body (RFC 9112, section 7.1), as HTTP clients send when they do not know its length."""

from io import BufferedIOBase

MAX_LINE = 4096  # bytes of a chunk's size line, or of a trailer line
MAX_TRAILERS = 100


class BadChunk(Exception):
    """The body is not chunked as specified, or ends too early."""


class TooLarge(Exception):
    """The body reaches the limit; the rest is unread."""


def read_chunked(stream: BufferedIOBase, *, limit: int) -> bytes:
    """Return the body without its framing; trailers are ignored. Raises `BadChunk` or `TooLarge`."""
    parts, whole = [], 0
    while size := _size(stream):
        whole += size
        if whole >= limit:
            raise TooLarge
        part = stream.read(size)
        if len(part) < size or _line(stream) != b"":
            raise BadChunk
        parts.append(part)
    for _ in range(MAX_TRAILERS):
        if not _line(stream):
            return b"".join(parts)
    raise BadChunk


def _size(stream: BufferedIOBase) -> int:
    digits = _line(stream).partition(b";")[0].strip()  # chunk extensions may follow the semicolon
    if not 1 <= len(digits) <= 15 or not all(sign in b"0123456789abcdefABCDEF" for sign in digits):
        raise BadChunk
    return int(digits, 16)


def _line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(MAX_LINE)
    if not line.endswith(b"\n"):
        raise BadChunk
    return line.rstrip(b"\r\n")
