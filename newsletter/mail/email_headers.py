"""Encode header lines that contain a name (RFC 5322, RFC 2047). SendGrid passes our header lines on unchanged.

Source: SendGrid's mail/send reference, “headers”: the sender must encode the values.
"""

import re
from email.header import Header

from newsletter.mail import text_cleaning

# RFC 5322, 3.2.3: words of these characters need no quotation marks. “=?” would start an encoded word.
ATOMS = re.compile(r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
IN_QUOTES = re.compile(r"(?!.*=\?)[\x20-\x7e]+")


def encode_name(name: str) -> str:
    """Return a name for use before an address or id in angle brackets: plain, quoted or as encoded words."""
    line = text_cleaning.collapse_whitespace(text_cleaning.remove_unprintable(name))
    if not line or ATOMS.fullmatch(line):
        return line
    if IN_QUOTES.fullmatch(line):
        return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'
    # An encoded word has at most 75 characters. The space between two of them is not displayed (RFC 2047, 2).
    return Header(line, "utf-8", maxlinelen=75).encode().replace("\n", "")


def list_id_header(name: str, identifier: str) -> str:
    """Return the value of List-Id (RFC 2919): a readable name and the id in angle brackets."""
    return f"{encode_name(name)} <{identifier}>".lstrip()
