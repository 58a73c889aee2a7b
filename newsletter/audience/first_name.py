"""Clean subscribers' first names."""

import re
import unicodedata

from newsletter.mail import text_cleaning

MAX_NAME_CHARS = 80
WEB_ADDRESS = re.compile(r"://|www\.", re.IGNORECASE)


def clean_name(name: str) -> str:
    """Return a first name for use in a subject line: one line without control characters, at most 80 characters.

    Never raises: a reader with an odd name still gets the email. A web address gives an empty name, because sign-up
    forms are abused to have one mailed to strangers.
    """
    line = unicodedata.normalize("NFC", text_cleaning.clean_line(name))
    return "" if WEB_ADDRESS.search(line) else line[:MAX_NAME_CHARS].strip()
