"""Header lines that carry a name, as RFC 5322 and RFC 2047 have them. SendGrid passes lines of ours on as they are.

Source: SendGrid's reference of mail/send, “headers”: their values must be encoded by whoever sends them.
"""

import re
from email.header import Header

from newsletter.mail import text_cleaning

# RFC 5322, 3.2.3: words of these stand as they are. “=?” would be taken for the beginning of an encoded word.
ATOMS = re.compile(r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
IN_QUOTES = re.compile(r"(?!.*=\?)[\x20-\x7e]+")


def phrase(name: str) -> str:
    """A name before an address or an id in angle brackets: plain, in quotation marks, or as encoded words."""
    line = text_cleaning.collapse_whitespace(text_cleaning.remove_unprintable(name))
    if not line or ATOMS.fullmatch(line):
        return line
    if IN_QUOTES.fullmatch(line):
        return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'
    # An encoded word has at most 75 characters; several are parted by a blank that nobody sees (RFC 2047, 2).
    return Header(line, "utf-8", maxlinelen=75).encode().replace("\n", "")


def list_id(name: str, identifier: str) -> str:
    """The value of List-Id (RFC 2919): a name for people, and the id bare in angle brackets."""
    return f"{phrase(name)} <{identifier}>".lstrip()
