"""What may stand as an e-mail address. Every address enters the house through `normalise`.

Messages here never repeat what was given: they may end in a log or in the report of an import.
"""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from newsletter.lib.errors import BadInput

LONGEST_ADDRESS = 254  # RFC 3696 erratum 1690: what fits into a mail server's path
FIELD = "email address"
MEND = "Give an address such as rita@example.org."

# What copying from a page or a spreadsheet leaves around an address without anybody seeing it.
INVISIBLE = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"
# RFC 5322 dot-atom: all that stands before the @ in addresses people really have.
LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)


def normalise_email(email: str) -> str:
    """The one form in which an address is kept and compared; `BadInput` when it is not an address.

    Blanks around it are taken off and all of it becomes small letters: no mailbox provider tells
    Rita@ from rita@, and a reader must not get the letter twice. A domain in another script
    becomes its ASCII form (münchen.example → xn--mnchen-3ya.example), which every mail server
    takes. Before the @ only ASCII is taken, because SendGrid refuses anything else there, and one
    refused address would cost the thousand readers in its call their letter.
    """
    given = email.strip().strip(INVISIBLE).strip()
    local, at, domain = given.rpartition("@")
    if not at:
        raise BadInput(FIELD, "has no @.", MEND)
    if not local.isascii():
        raise BadInput(
            FIELD, "has a letter before the @ that is not plain ASCII, which our provider does not take.", MEND
        )
    local = local.lower()
    if len(local) > 64 or not LOCAL.fullmatch(local):
        raise BadInput(FIELD, "is not written as an address before the @.", MEND)
    ascii_domain = _domain(domain)
    if not ascii_domain:
        raise BadInput(FIELD, "has no domain after the @ that mail can reach.", MEND)
    if len(local) + 1 + len(ascii_domain) > LONGEST_ADDRESS:
        raise BadInput(FIELD, f"is longer than {LONGEST_ADDRESS} characters.", MEND)
    return f"{local}@{ascii_domain}"


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str:
    """The ASCII form of a domain, or nothing. Kept, because most readers share a few domains."""
    try:
        checked = validate_email(f"x@{domain}", check_deliverability=False)
    except (EmailNotValidError, UnicodeError):  # the latter for half a surrogate pair
        return ""
    return checked.ascii_domain.lower()
