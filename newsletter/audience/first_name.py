"""What may stand as a reader's first name; what may stand as an address is said in `mail/addresses.py`."""

import re
import unicodedata

from newsletter.mail import text_cleaning
from newsletter.mail.email_address import normalise_email

__all__ = ["LONGEST_NAME", "clean_name", "normalise_email"]

LONGEST_NAME = 80
WEB_ADDRESS = re.compile(r"://|www\.", re.IGNORECASE)


def clean_name(name: str) -> str:
    """A first name fit to stand in a subject line: one line without control characters, at most 80.

    Never raises: a reader with a strange name still gets the letter. A web address is dropped
    altogether, because sign-up forms are abused to have one mailed to strangers.
    """
    line = unicodedata.normalize("NFC", text_cleaning.clean_line(name))
    return "" if WEB_ADDRESS.search(line) else line[:LONGEST_NAME].strip()
