"""Where files of pictures are kept: under the hash of their bytes, in a folder or a bucket, for ever.

A name stands for the same bytes always, so whoever holds a copy never has to ask again.
"""

import hashlib
import re

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

NAME = re.compile(r"[0-9a-f]{32}\.(?:jpg|png)")
TYPES = {"jpg": "image/jpeg", "png": "image/png"}


def digest_of(data: bytes) -> str:
    """32 hexadecimal digits: the first half of the SHA-256."""
    return hashlib.sha256(data).hexdigest()[:32]


def store(data: bytes, kind: str) -> str:
    """Keep `data` and return its digest. Twice is once. Raises what the storage raises."""
    digest = digest_of(data)
    name, kept = f"{digest}.{kind}", _storage()
    # one that a crash cut short is written again
    if not kept.exists(name) or kept.size(name) != len(data):
        kept.save(name, ContentFile(data))
    return digest


def read(name: str) -> bytes | None:
    """The bytes that are kept under `name`; None when there are none."""
    if not NAME.fullmatch(name):
        return None
    try:
        with _storage().open(name) as file:
            data: bytes = file.read()
    except FileNotFoundError:
        return None
    return data


def _storage() -> Storage:
    return storages["pictures"]
