"""Rules about work that is no dispatch: emails to single people, pictures, pages, feeds, imports."""

from collections.abc import Iterator, Sequence

from newsletter.ops.health import health_rules as rules
from newsletter.ops.health.health_facts import WaitingWork
from newsletter.ops.health.verdict import Problem


def waiting_problems(found: Sequence[WaitingWork]) -> Iterator[Problem]:
    """Yield the kinds of work that stand still, and the emails that were given up."""
    for each in found:
        verb = "is" if each.count == 1 else "are"
        if each.is_given_up:
            verb = "was" if each.count == 1 else "were"
            yield rules.GIVEN_UP.problem(f"{each.words} {verb} given up.")
        elif each.is_email:
            yield rules.STUCK_EMAILS.problem(f"{each.words} {verb} not sent, for more than 15 minutes.")
        else:
            yield rules.STUCK_WORK.problem(f"{each.words} {verb} due for more than 15 minutes; no worker takes any.")
