"""The address that identifies a staff user, in the form in which it is stored and compared."""

from newsletter.lib.errors import BadInput
from newsletter.mail.email_address import normalise_email


def staff_address(email: str) -> str:
    """Return the address as readers' addresses are stored, with an international domain in ASCII.

    A domain of a local network, which no reader may have, is only lowered. Never raises.
    """
    try:
        return normalise_email(email)
    except BadInput:
        return email.strip().lower()
