"""The copy of a letter as a MIME message: headers, alternatives, attachments (RFC 5322, 2045)."""

import mimetypes
from datetime import datetime
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from typing import Any, TypeAlias

from newsletter.postbox.store.merged_message import MergedMessage

# The older policy: the newer one turns a long link in a header line into encoded words.
LINES = compat32.clone(linesep="\r\n", max_line_length=998)  # the maximum of RFC 5322
Parts: TypeAlias = "Message[Any, Any]"  # in quotes: only the type checker knows it as generic
UTF8 = Charset("utf-8")
UTF8.body_encoding = QP  # readable, unlike base64


def headers(copy: MergedMessage, *, message_id: str, at: datetime) -> list[tuple[str, str]]:
    """Return the header lines in order and in readable form, without Bcc."""
    own = copy.headers
    taken = {name.lower() for name in own}
    lines = [
        ("From", _people([copy.sender])),
        ("To", _people(copy.people("to"))),
        ("Cc", _people(copy.people("cc"))),
        ("Reply-To", _people(copy.replies)),
        ("Subject", copy.subject),
        ("Date", "" if "date" in taken else format_datetime(at)),
        # SendGrid creates one per call, for all its copies
        ("Message-ID", "" if "message-id" in taken else f"<{message_id}@postbox.invalid>"),
        *own.items(),
    ]
    return [(name, value) for name, value in lines if value]


def raw(copy: MergedMessage, *, message_id: str, at: datetime) -> bytes:
    """Return the whole message with CRLF line ends.

    Header lines of the call are unchanged: according to SendGrid's reference of mail/send, the caller encodes them.
    """
    message, own = _body(copy), copy.headers
    for name, value in headers(copy, message_id=message_id, at=at):
        if name not in own:
            message[name] = _encoded(name, value)
    lines = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in own.items() if value)
    return lines.encode() + message.as_bytes(policy=LINES)


def _body(copy: MergedMessage) -> Parts:
    parts = [_part(kind, text) for kind, text in copy.parts]
    message = parts[0]
    if len(parts) > 1:
        message = _together("alternative", parts)
    attached = [_attachment(one, content) for one, content in copy.attachments()]
    return _together("mixed", [message, *attached]) if attached else message


def _together(kind: str, parts: list[Parts]) -> Parts:
    """Combine parts, with a fixed boundary, so that sources can be compared."""
    return MIMEMultipart(kind, boundary=f"=_postbox_{kind}_=", _subparts=parts, policy=LINES)


def _part(kind: str, text: str) -> Parts:
    main, _, sub = kind.partition("/")
    if main.lower() == "text" and sub:
        return MIMEText(text, sub, UTF8, policy=LINES)  # type: ignore[arg-type]  # takes a Charset too
    return _binary(kind, text.encode())


def _attachment(one: Any, content: bytes) -> Parts:
    kind = one.get("type") or mimetypes.guess_type(one["filename"])[0] or ""
    part = _binary(kind, content)
    part.add_header("Content-Disposition", one.get("disposition", "attachment"), filename=_ascii(one["filename"]))
    if name := one.get("content_id"):
        part["Content-ID"] = _encoded("Content-ID", f"<{name}>")
    return part


def _binary(kind: str, content: bytes) -> Parts:
    main, _, sub = kind.partition("/")
    part = MIMEBase(main, sub, policy=LINES) if main and sub else MIMEBase("application", "octet-stream", policy=LINES)
    part.set_payload(content)
    encode_base64(part)
    return part


def _ascii(name: str) -> Any:
    return name if name.isascii() else ("utf-8", "", name)


def _people(people: Any) -> str:
    return ", ".join(formataddr((_name(person), person["email"]), "utf-8") for person in people)


def _name(person: Any) -> str:
    """Remove the quotation marks that clients put around a name with a comma (sendgrid/sendgrid-python#618)."""
    name = _one_line(person.get("name", ""))
    return name[1:-1].replace('\\"', '"') if len(name) > 1 and name[0] == name[-1] == '"' else name


def _encoded(name: str, value: str) -> str:
    value = _one_line(value)
    return value if value.isascii() else Header(value, "utf-8", header_name=name).encode()


def _one_line(value: str) -> str:
    """Remove control characters, so that no substituted value can start a new header line."""
    return "".join(
        " " if ord(character) < 32 or character in "\x7f\x85\u2028\u2029" else character for character in value
    ).strip()
