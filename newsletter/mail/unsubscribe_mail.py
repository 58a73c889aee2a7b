"""Parse messages to the unsubscribe mailbox: find their tokens and count the messages without one.

Our List-Unsubscribe header asks email clients for a message with the subject “unsubscribe TOKEN”. Clients differ: they
encode the subject (RFC 2047), fold it (RFC 5322, 2.2.3) or leave the space as %20 (RFC 6068).
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from typing import Any, NamedTuple

HEADER = re.compile(rb"\s*[!-9;-~]+:")  # the start of a message
MBOX = re.compile(rb"^From .*\r?\n", re.MULTILINE)  # the line between the messages of an mbox file
IN_SUBJECT = re.compile(r"unsubscribe(?:%20|[\s_+])+([A-Za-z0-9_-]{20,})", re.IGNORECASE)
# No %20: a bounced message quotes our header, which is not a request to unsubscribe.
IN_BODY = re.compile(r"unsubscribe[\s_+]+([A-Za-z0-9_-]{20,})", re.IGNORECASE)


class UnsubscribeRequests(NamedTuple):
    """The distinct tokens in order, and the number of messages or lines without one."""

    tokens: list[str]
    not_understood: int


def find_requests(data: bytes) -> UnsubscribeRequests:
    """Return the requests in `data`: one message, an mbox file, or subjects, one per line."""
    found: list[list[str]] = []
    if data.startswith(b"From "):
        for part in filter(bytes.strip, MBOX.split(data)):
            found += _tokens_of_message(part)
    elif HEADER.match(data):
        found += _tokens_of_message(data)
    else:
        lines = data.decode("utf-8", "replace").splitlines()
        found += [IN_SUBJECT.findall(_decoded(line)) for line in lines if line.strip()]
    tokens = dict.fromkeys(token for each in found for token in each)
    return UnsubscribeRequests(list(tokens), sum(not each for each in found))


def _tokens_of_message(data: bytes) -> list[list[str]]:
    """Return the tokens of each subject. A subject without a token takes those of the message text."""
    message = message_from_bytes(data)
    # raw values: some clients write UTF-8 into a header, which `message["Subject"]` would not return
    values = [str(value) for name, value in message.raw_items() if name.lower() == "subject"]
    written = [value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for value in values]
    subjects = [IN_SUBJECT.findall(_decoded(value)) for value in written] or [[]]
    if all(subjects):
        return subjects
    text = "\n".join(_texts(message))
    # a file of several messages without separators parses as one message with the others in its text
    subjects += [IN_SUBJECT.findall(_decoded(line)) for line in re.findall(r"(?im)^subject:(.*)$", text)]
    in_text = IN_BODY.findall(text)
    return [each or in_text for each in subjects]


def _decoded(value: str) -> str:
    """Return a decoded header value, or the raw value if it cannot be decoded."""
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
