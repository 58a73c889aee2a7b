"""Texts that are encrypted in the database, such as secrets of authenticator apps and webhooks.

The keys are made of the secret key and older ones, so that a new secret key makes no text unreadable.
"""

import base64
import hashlib
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


def encrypt(text: str, *, purpose: str) -> str:
    """Return `text` encrypted. What is encrypted for one purpose cannot be read for another."""
    return _keys(purpose).encrypt(text.encode()).decode("ascii")


def decrypt(encrypted: str, *, purpose: str) -> str:
    """Return what `encrypt` was given."""
    return _keys(purpose).decrypt(encrypted.encode("ascii")).decode()


def _keys(purpose: str) -> "MultiFernet":
    from cryptography.fernet import Fernet, MultiFernet  # imported here: most processes do not need cryptography

    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(secret, purpose)) for secret in secrets])


def _derived(secret: str, purpose: str) -> bytes:
    digest = hashlib.blake2b(secret.encode(), digest_size=32, person=purpose.encode()).digest()
    return base64.urlsafe_b64encode(digest)
