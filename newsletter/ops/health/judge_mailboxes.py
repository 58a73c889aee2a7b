"""Rules about what mailbox providers think of us: complaints, bounces, blocks, and the records of sending domains."""

from collections.abc import Iterator, Sequence

from newsletter.ops.health import health_rules as rules
from newsletter.ops.health.health_facts import BadDomain, MailboxRates
from newsletter.ops.health.verdict import Problem

MIN_READERS = 200  # of fewer readers a rate says little
MIN_COMPLAINTS = 3
MAX_COMPLAINTS = 0.003  # above it, Gmail and Yahoo treat a sender's email as spam
MAX_BOUNCES = 0.05
MAX_BLOCKS = 0.05


def mailbox_problems(rates: Sequence[MailboxRates]) -> Iterator[Problem]:
    """Yield the mailbox providers whose rates are over their lines."""
    for each in rates:
        name = each.mailbox_provider
        if each.delivered >= MIN_READERS and each.complained >= max(MIN_COMPLAINTS, MAX_COMPLAINTS * each.delivered):
            yield rules.COMPLAINTS.problem(
                f"{name}: {each.complained:,} of {each.delivered:,} readers complained about spam in 7 days."
            )
        if each.total < MIN_READERS:
            continue
        if each.bounced >= MAX_BOUNCES * each.total:
            yield rules.BOUNCES.problem(f"{name}: {each.bounced:,} of {each.total:,} emails bounced in 7 days.")
        if each.blocked >= MAX_BLOCKS * each.total:
            yield rules.BLOCKS.problem(f"{name}: {each.blocked:,} of {each.total:,} emails were blocked in 7 days.")


def domain_problems(domains: Sequence[BadDomain]) -> Iterator[Problem]:
    """Yield the sending domains with a record that is missing or wrong."""
    for each in domains:
        records = "record is" if len(each.kinds) == 1 else "records are"
        yield rules.SENDER_DOMAIN.problem(f"{each.domain}: the {' and '.join(each.kinds)} {records} missing or wrong.")
