"""Messages to the mailbox that takes unsubscriptions: which tokens they hold, and which of them hold none.

Our List-Unsubscribe header asks mail programs for a message with the subject “unsubscribe TOKEN”. They encode
that subject (RFC 2047), fold it (RFC 5322, 2.2.3) or leave the blank as %20 (RFC 6068), each in their way.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from typing import Any, NamedTuple

HEADER = re.compile(rb"\s*[!-9;-~]+:")  # how a message begins
MBOX = re.compile(rb"^From .*\r?\n", re.MULTILINE)  # what stands between the messages of a mailbox in one file
IN_SUBJECT = re.compile(r"unsubscribe(?:%20|[\s_+])+([A-Za-z0-9_-]{20,})", re.IGNORECASE)
# No %20: a message that came back quotes our header, and nobody wishes to leave because of that.
IN_BODY = re.compile(r"unsubscribe[\s_+]+([A-Za-z0-9_-]{20,})", re.IGNORECASE)


class Wishes(NamedTuple):
    """Tokens, each once, in their order; and how many messages or lines held none."""

    tokens: list[str]
    not_understood: int


def read(data: bytes) -> Wishes:
    """What `data` asks for: a message, a mailbox in one file, or subjects, one a line."""
    found: list[list[str]] = []
    if data.startswith(b"From "):
        for part in filter(bytes.strip, MBOX.split(data)):
            found += _of_message(part)
    elif HEADER.match(data):
        found += _of_message(data)
    else:
        lines = data.decode("utf-8", "replace").splitlines()
        found += [IN_SUBJECT.findall(_decoded(line)) for line in lines if line.strip()]
    tokens = dict.fromkeys(token for each in found for token in each)
    return Wishes(list(tokens), sum(not each for each in found))


def _of_message(data: bytes) -> list[list[str]]:
    """The tokens of each subject. What stands in the text counts for a subject that says nothing."""
    message = message_from_bytes(data)
    # as they came: some programs write UTF-8 into a header, which `message["Subject"]` would not show
    values = [str(value) for name, value in message.raw_items() if name.lower() == "subject"]
    written = [value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for value in values]
    subjects = [IN_SUBJECT.findall(_decoded(value)) for value in written] or [[]]
    if all(subjects):
        return subjects
    text = "\n".join(_texts(message))
    # a file of several messages without anything between them reads as one with the others in its text
    subjects += [IN_SUBJECT.findall(_decoded(line)) for line in re.findall(r"(?im)^subject:(.*)$", text)]
    in_text = IN_BODY.findall(text)
    return [each or in_text for each in subjects]


def _decoded(value: str) -> str:
    """A header's value as a person reads it; as it stands where it cannot be decoded."""
    value = re.sub(r"\r?\n(?=[ \t])", "", value)
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError, HeaderParseError):
        return value


def _texts(message: "Message[Any, Any]") -> Iterator[str]:
    for part in message.walk():
        if part.get_content_maintype() == "text" and isinstance(raw := part.get_payload(decode=True), bytes):
            try:
                yield raw.decode(part.get_content_charset("utf-8"), "replace")
            except LookupError:
                yield raw.decode("utf-8", "replace")
