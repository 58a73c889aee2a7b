"""Preflight of an appeal's figures and dates, seen from the day of the email."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from newsletter.giving.models import Appeal
from newsletter.letters.preflight.finding import Finding

MAX_AGE = timedelta(days=14)  # of the amount on a thermometer
BEFORE, AFTER = timedelta(days=7), timedelta(hours=36)  # readers open an email for about a day and a half


def check_appeal(appeal: Appeal, *, due_at: datetime) -> Iterator[Finding]:
    """Find a goal that was passed, an old amount, and a match that ends around the time of sending."""
    if appeal.goal and appeal.raised is not None and appeal.raised > appeal.goal:
        hint = "More was raised than the goal. Set a new goal, or say what gifts pay for now."
        yield Finding("appeal.over_goal", "warn", f"appeal: {appeal.raised} of {appeal.goal}", hint)
    if appeal.goal and appeal.raised is not None and appeal.raised_on:
        age = due_at.date() - appeal.raised_on
        if age > MAX_AGE or age < timedelta(days=-1):
            hint = f"The email is of {due_at.date()}. Enter what is raised by now, with its day."
            yield Finding("appeal.old_figure", "warn", f"appeal: raised as of {appeal.raised_on}", hint)
    ends = appeal.match_ends_at
    if appeal.match and ends and due_at - BEFORE < ends < due_at + AFTER:
        hint = (
            "The match has ended when readers open the email, or ends soon after. Remove it, or send the email earlier."
        )
        yield Finding("appeal.match_ends", "warn", f"appeal: match ends {ends:%Y-%m-%d %H:%M} UTC", hint)
