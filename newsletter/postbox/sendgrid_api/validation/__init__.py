"""Validates the body of a mail/send call by the rules in SendGrid's documentation. Pure.

Where pages contradict each other, the stricter one applies, so that what passes here also passes at SendGrid.
Two headers with exactly the same name cannot be detected, because JSON parsing keeps the last one.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from newsletter.postbox.sendgrid_api.validation import attachments_and_settings, message_rules, personalizations
from newsletter.postbox.sendgrid_api.validation.problem import Found, ValidationProblem
from newsletter.postbox.store.account import Account

__all__ = ["ValidationProblem", "find_problems"]


def find_problems(
    body: object, *, now: datetime, account: Account, is_issued: Callable[[str], bool]
) -> list[ValidationProblem]:
    """Return every problem of `body`, as SendGrid returns all of them together; empty when it is accepted.

    `body` is the parsed JSON; `is_issued` says whether a batch id was created here.
    """
    found = Found()
    if not isinstance(body, dict):
        return [ValidationProblem("Bad Request", None, None)]
    fields: dict[str, Any] = body
    personalizations.check(found, fields, now=now)
    message_rules.check(found, fields, now=now)
    attachments_and_settings.check(found, fields, account=account, is_issued=is_issued)
    return list(found)
