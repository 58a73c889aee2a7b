"""Rules about work that is no dispatch: emails to single people, pictures, pages, feeds, imports."""

from collections.abc import Iterator, Sequence

from newsletter.ops.health import health_rules as rules
from newsletter.ops.health.health_facts import WaitingWork
from newsletter.ops.health.verdict import Problem


def waiting_problems(found: Sequence[WaitingWork]) -> Iterator[Problem]:
    """Yield the kinds of work that stand still, and the emails that were given up."""
    for each in found:
        has = "has" if each.count == 1 else "have"
        if each.is_given_up:
            yield rules.GIVEN_UP.problem(f"{each.words} {has} been given up.")
        elif each.is_email:
            yield rules.STUCK_EMAILS.problem(f"{each.words} {has} waited for more than 15 minutes, and none is sent.")
        else:
            yield rules.STUCK_WORK.problem(f"{each.words} {has} waited for more than 15 minutes; no worker takes any.")
