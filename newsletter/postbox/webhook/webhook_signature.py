"""The key pair of the pretended event webhook: made once, kept in a file, and what it signs."""

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


class Signer:
    """Signs as SendGrid does: ECDSA on P-256 with SHA-256, over the time stamp and the raw body."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    def made(cls) -> Self:
        """With a new key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def kept(cls, file: Path) -> Self:
        """With the key in `file`, which is made, readable by its owner only, when it is not there yet.

        The other half lies beside it, in a file that ends in `.pub`, for whoever is to believe us.
        """
        try:
            if not file.exists():
                made = cls.made()
                half = file.with_suffix(".new")
                with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                    out.write(made._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
                half.replace(file)  # whole or not at all
            key = load_pem_private_key(file.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise BadSetting(
                "The webhook's key", f"in {file} cannot be used ({error}).", "Remove the file; a new one is made."
            ) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise BadSetting("The webhook's key", f"in {file} is of another kind.", "Remove the file; one is made.")
        signer = cls(key)
        file.with_suffix(".pub").write_text(f"{signer.public}\n", encoding="ascii")
        return signer

    @property
    def public(self) -> str:
        """The other half, as SendGrid shows it: base64 of DER."""
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode("ascii")

    def sign(self, body: bytes, *, timestamp: str) -> str:
        """The value of the header line."""
        proof = self._key.sign(timestamp.encode("ascii") + body, ec.ECDSA(SHA256()))
        return base64.b64encode(proof).decode("ascii")
