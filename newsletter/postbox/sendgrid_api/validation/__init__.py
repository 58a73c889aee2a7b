"""What SendGrid's documentation refuses in the body of a mail/send call. Pure: values in, problems out.

Where pages contradict each other the stricter one counts, so that what passes here passes there.
Two headers of exactly the same name cannot be seen here: reading JSON keeps the last of them.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from newsletter.postbox.sendgrid_api.validation import attachments_and_settings, message_rules, personalizations
from newsletter.postbox.sendgrid_api.validation.problem import Found, Problem
from newsletter.postbox.store.account import Account

__all__ = ["Problem", "find_problems"]


def find_problems(body: object, *, now: datetime, account: Account, is_issued: Callable[[str], bool]) -> list[Problem]:
    """Every rule that `body` breaks, as SendGrid returns all of them together; empty when it is accepted.

    `body` is the JSON that was read; `is_issued` tells whether a batch id came from us.
    """
    found = Found()
    if not isinstance(body, dict):
        return [Problem("Bad Request", None, None)]
    fields: dict[str, Any] = body
    personalizations.check(found, fields, now=now)
    message_rules.check(found, fields, now=now)
    attachments_and_settings.check(found, fields, account=account, is_issued=is_issued)
    return list(found)
