"""Keyed hashes of erased addresses: enough to recognise an address, but not to read it.

The key is derived from SECRET_KEY. After a change of SECRET_KEY, keep the old value in SECRET_KEY_FALLBACKS, as for
readers' links.
"""

import hashlib

from django.conf import settings


def hashes(address: str) -> list[str]:
    """Return the hashes under which a normalised address may be stored, the one of the current key first."""
    return [
        hashlib.blake2b(
            address.encode(), digest_size=32, key=hashlib.sha256(key.encode()).digest(), person=b"erased address"
        ).hexdigest()
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
