"""Signs the posts of the event webhook, with a key pair that is created once and kept in a file."""

import base64
import os
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from newsletter.lib.errors import BadSetting


class WebhookSigner:
    """Signs as SendGrid does: ECDSA on P-256 with SHA-256, over the timestamp and the raw body."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> Self:
        """Create a signer with a new key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load_or_create(cls, file: Path) -> Self:
        """Load the key from `file`, or create it there, readable by its owner only.

        The public key is written beside it, in a file that ends in `.pub`, for whoever verifies the signatures.
        """
        try:
            if not file.exists():
                new = cls.generate()
                part = file.with_suffix(".new")
                with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                    out.write(new._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
                part.replace(file)  # atomic: never a partial file
            key = load_pem_private_key(file.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise BadSetting(
                "The webhook key", f"in {file} cannot be used ({error}).", "Remove the file to create a new one."
            ) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise BadSetting("The webhook key", f"in {file} has another type.", "Remove the file to create a new one.")
        signer = cls(key)
        file.with_suffix(".pub").write_text(f"{signer.public}\n", encoding="ascii")
        return signer

    @property
    def public(self) -> str:
        """The public key as SendGrid shows it: base64 of DER."""
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode("ascii")

    def sign(self, body: bytes, *, timestamp: str) -> str:
        """Return the value of the signature header."""
        proof = self._key.sign(timestamp.encode("ascii") + body, ec.ECDSA(SHA256()))
        return base64.b64encode(proof).decode("ascii")
