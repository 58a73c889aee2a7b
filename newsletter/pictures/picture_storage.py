"""Store picture files under the hash of their bytes, in a folder or a bucket, for ever.

A name always refers to the same bytes, so caches never need to revalidate.
"""

import hashlib
import re
from http import HTTPStatus

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

NAME = re.compile(r"[0-9a-f]{32}\.(?:jpg|png)")
TYPES = {"jpg": "image/jpeg", "png": "image/png"}


def digest_of(data: bytes) -> str:
    """Return 32 hexadecimal digits: the first half of the SHA-256."""
    return hashlib.sha256(data).hexdigest()[:32]


def store(data: bytes, kind: str) -> str:
    """Store `data` and return its digest. Idempotent. Raises the storage's errors."""
    digest = digest_of(data)
    name, storage = f"{digest}.{kind}", _storage()
    # a file that a crash truncated is written again
    if _size(storage, name) != len(data):
        storage.save(name, ContentFile(data))
    return digest


def read(name: str) -> bytes | None:
    """Return the bytes stored under `name`; None if there are none."""
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


def _size(storage: Storage, name: str) -> int | None:
    """Return the size in bytes of the file `name`; None if it does not exist."""
    try:
        return storage.size(name) if storage.exists(name) else None
    except Exception as error:
        if not _means_absent(error):
            raise
        return None


def _means_absent(error: Exception) -> bool:
    """Return True if the error means that the object does not exist.

    Amazon S3 returns 403 instead of 404 for a missing object if the key may not list the bucket. A key without any
    permission is detected by the following put. Source: Amazon S3 API, HeadObject, "Permissions".
    """
    response = getattr(error, "response", None)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode") if isinstance(response, dict) else None
    return status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


def _storage() -> Storage:
    return storages["pictures"]
