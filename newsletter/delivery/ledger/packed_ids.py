"""Subscriber ids packed into bytes: eight bytes each, big-endian, so that a thousand ids fit into one field."""

from __future__ import annotations  # array[int] has no meaning at run time before 3.12

from array import array
from sys import byteorder


def pack(ids: array[int]) -> bytes:
    """Pack subscriber ids (an `array('q')`) into the bytes of `Batch.subscribers`."""
    if byteorder == "little":
        ids = ids[:]
        ids.byteswap()
    return ids.tobytes()


def unpack(data: bytes | memoryview) -> array[int]:
    """Unpack the ids of `Batch.subscribers`: bytes from SQLite, a memoryview from PostgreSQL."""
    ids = array("q", bytes(data))
    if byteorder == "little":
        ids.byteswap()
    return ids
