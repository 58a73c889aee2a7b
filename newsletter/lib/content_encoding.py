"""Decompress the body of an HTTP response, up to a limit. Pure."""

import zlib

GZIP = 16 + zlib.MAX_WBITS


def decode_content(body: bytes, encoding: str, *, max_bytes: int) -> bytes | None:
    """Return `body` without the encoding that its server declared; None if it is longer than `max_bytes` then.

    Some servers compress although nobody asked for it. Raises `ValueError` for another encoding or damaged data.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _inflate(body, GZIP, max_bytes)
        case "deflate":
            # zlib's format, as the standard says, or bare deflate, as some servers send
            return _inflate(body, zlib.MAX_WBITS if body[:1] == b"\x78" else -zlib.MAX_WBITS, max_bytes)
    raise ValueError(f"unknown content encoding {encoding[:20]!r}")


def _inflate(body: bytes, bits: int, max_bytes: int) -> bytes | None:
    machine = zlib.decompressobj(bits)
    try:
        plain = machine.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise ValueError("damaged content") from error
    if len(plain) > max_bytes:
        return None
    if not machine.eof:
        raise ValueError("content that ends too early")
    return plain
