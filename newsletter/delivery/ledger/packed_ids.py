"""Subscriber ids as bytes: eight each, big-endian, so that a thousand of them are one short field."""

from __future__ import annotations  # array[int] has no meaning at run time before 3.12

from array import array
from sys import byteorder


def pack(ids: array[int]) -> bytes:
    """Subscriber ids (an `array('q')`) as the bytes of `Batch.subscribers`."""
    if byteorder == "little":
        ids = ids[:]
        ids.byteswap()
    return ids.tobytes()


def unpack(data: bytes | memoryview) -> array[int]:
    """The ids in `Batch.subscribers`; SQLite hands bytes, PostgreSQL a memoryview."""
    ids = array("q", bytes(data))
    if byteorder == "little":
        ids.byteswap()
    return ids
