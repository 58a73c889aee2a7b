"""Build the body of a `POST /v3/mail/send` for one email to one person. Editions use `mail_send_payload.py`."""

from collections.abc import Mapping
from json import dumps

from newsletter.mail.message import Letter, Sender
from newsletter.mail.sendgrid.mail_send_payload import tracking_settings


def body(letter: Letter, sender: Sender, *, to: str, ids: Mapping[str, str]) -> bytes:
    """Return the call as JSON. `ids` go into custom_args and come back in its events: opaque, never an address."""
    call = {
        "personalizations": [{"to": [{"email": to}]}],
        "from": {"email": sender.email, "name": sender.name},
        **({"reply_to": {"email": sender.reply_to}} if sender.reply_to else {}),
        "subject": letter.subject,
        "content": [{"type": "text/plain", "value": letter.text}, {"type": "text/html", "value": letter.html}],
        "tracking_settings": tracking_settings(clicks=False),
        **({"custom_args": dict(ids)} if ids else {}),
    }
    return dumps(call, separators=(",", ":")).encode("ascii")
