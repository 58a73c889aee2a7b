"""django-allauth's adapter of second factors: secrets encrypted in the database, our names and messages."""

from io import BytesIO
from typing import Any, ClassVar
from urllib.parse import urlsplit

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from qrcode.image.svg import SvgPathImage

from newsletter.accounts.models import User
from newsletter.lib import encrypted_text

PURPOSE = "second factor"  # of the encryption
WRONG_CODE = "Wrong code. Codes change every 30 seconds, and each works once."


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # django-allauth has no type hints
    """allauth's rules with encrypted secrets."""

    error_messages: ClassVar[dict[str, Any]] = {**DefaultMFAAdapter.error_messages, "incorrect_code": WRONG_CODE}

    def get_totp_issuer(self) -> str:
        return f"Newsletter {urlsplit(settings.BASE_URL).hostname}"

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code as an SVG element. It has no style: our pages colour it."""
        file = BytesIO()
        qrcode.make(url, image_factory=SvgPathImage, border=2).save(file)
        written = file.getvalue().decode("utf-8")
        return written[written.index("<svg") :]

    def encrypt(self, text: str) -> str:
        return encrypted_text.encrypt(text, purpose=PURPOSE)

    def decrypt(self, encrypted: str) -> str:
        return encrypted_text.decrypt(encrypted, purpose=PURPOSE)

    def _get_site_name(self) -> str:
        return "Newsletter"

    def generate_authenticator_name(self, user: User, type: Any) -> str:  # noqa: A002, ARG002 — allauth's names
        return "Passkey"
