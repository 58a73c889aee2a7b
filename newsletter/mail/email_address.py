"""Validate and normalise email addresses. Every address passes through `normalise_email`.

Error messages never repeat the address, because they may appear in a log or an import report.
"""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from newsletter.lib.errors import BadInput

MAX_ADDRESS_CHARS = 254  # RFC 3696 erratum 1690: the limit of a mail server's path
FIELD = "email address"
HINT = "Enter an address such as rita@example.org."

# Invisible characters that copying from a page or a spreadsheet leaves around an address.
INVISIBLE = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"
# RFC 5322 dot-atom, which covers the part before the @ in all real addresses.
LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)


def normalise_email(email: str) -> str:
    """Return the form in which an address is stored and compared; raise `BadInput` if it is not an address.

    The result is trimmed and in lower case: no mailbox provider distinguishes Rita@ from rita@, and a reader must not
    get an email twice. An international domain becomes ASCII (münchen.example → xn--mnchen-3ya.example), which every
    mail server accepts. Only ASCII is accepted before the @, because SendGrid refuses anything else there, and one
    refused address would make SendGrid refuse the call for all of its thousand readers.
    """
    given = email.strip().strip(INVISIBLE).strip()
    local, at, domain = given.rpartition("@")
    if not at:
        raise BadInput(FIELD, "has no @.", HINT)
    if not local.isascii():
        raise BadInput(
            FIELD,
            "has a character before the @ that is not plain ASCII, which the email provider does not accept.",
            HINT,
        )
    local = local.lower()
    if len(local) > 64 or not LOCAL.fullmatch(local):
        raise BadInput(FIELD, "is not a valid address before the @.", HINT)
    ascii_domain = _domain(domain)
    if not ascii_domain:
        raise BadInput(FIELD, "has no valid domain after the @.", HINT)
    if len(local) + 1 + len(ascii_domain) > MAX_ADDRESS_CHARS:
        raise BadInput(FIELD, f"is longer than {MAX_ADDRESS_CHARS} characters.", HINT)
    return f"{local}@{ascii_domain}"


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str:
    """Return the ASCII form of a domain, or an empty text. Cached, because most readers share a few domains."""
    try:
        checked = validate_email(f"x@{domain}", check_deliverability=False)
    except (EmailNotValidError, UnicodeError):  # UnicodeError: half a surrogate pair
        return ""
    return checked.ascii_domain.lower()
