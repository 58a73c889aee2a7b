"""Where files of pictures are kept: under the hash of their bytes, in a folder or a bucket, for ever.

A name stands for the same bytes always, so whoever holds a copy never has to ask again.
"""

import hashlib
import re
from http import HTTPStatus

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
    if _size(kept, name) != len(data):
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
    except Exception as error:
        if not _means_absent(error):
            raise
        return None
    return data


def _size(kept: Storage, name: str) -> int | None:
    """Bytes of what is kept under `name`; None when there is nothing."""
    try:
        return kept.size(name) if kept.exists(name) else None
    except Exception as error:
        if not _means_absent(error):
            raise
        return None


def _means_absent(error: Exception) -> bool:
    """Amazon answers 403, not 404, for an object that is not there when the key may not list the bucket.

    A key that may do nothing at all is found out by the put that follows. Source: Amazon S3 API, HeadObject,
    "Permissions".
    """
    answer = getattr(error, "response", None)
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode") if isinstance(answer, dict) else None
    return status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


def _storage() -> Storage:
    return storages["pictures"]
