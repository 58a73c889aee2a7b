"""Addresses of people who asked to be erased, as keyed hashes: enough to know one again, and nothing to read.

The key is made of SECRET_KEY. Who replaces that one keeps the old one in SECRET_KEY_FALLBACKS, as for readers' links.
"""

import hashlib

from django.conf import settings


def hashes(address: str) -> list[str]:
    """The hashes that a normalised address may be kept under, the one of today's key first."""
    return [
        hashlib.blake2b(
            address.encode(), digest_size=32, key=hashlib.sha256(key.encode()).digest(), person=b"erased address"
        ).hexdigest()
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
