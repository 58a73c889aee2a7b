"""A validation error in SendGrid's format, and a list of them."""

import re
from typing import NamedTuple

HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message."


class ValidationProblem(NamedTuple):
    """The three fields of an error in an answer; `field` is a dotted path with list indexes.

    The wording is ours: SendGrid promises none, and callers may only rely on status and field. A message never
    contains an address.
    """

    message: str
    field: str | None
    help: str | None


class Found(list[ValidationProblem]):
    """The problems found so far."""

    def add(self, field: str, message: str) -> None:
        """Add a problem with `field`, such as `personalizations.1.to.0.email`."""
        self.append(ValidationProblem(message, field, HELP + re.sub(r"\.\d+", "", field)))
