"""One complaint in SendGrid's form, and the list that they are gathered in."""

import re
from typing import NamedTuple

HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message."


class Problem(NamedTuple):
    """Exactly the three names of an error in an answer; `field` is dotted, with the index of a list in it.

    The message is our wording: SendGrid promises none, and callers may only go by status and field.
    It never repeats an address.
    """

    message: str
    field: str | None
    help: str | None


class Found(list[Problem]):
    """The problems found so far."""

    def add(self, field: str, message: str) -> None:
        """Complain about `field`, such as `personalizations.1.to.0.email`."""
        self.append(Problem(message, field, HELP + re.sub(r"\.\d+", "", field)))
