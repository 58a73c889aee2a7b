"""Check the SPF record of a domain (RFC 7208)."""

from newsletter.mail.domain_records.dns_lookup import DnsLookup
from newsletter.mail.domain_records.record_check import CheckState, RecordCheck

MAX_LOOKUPS = 10  # RFC 7208, 4.6.4: with more, every check of the record fails
BOUNCE_DOMAIN = (
    "Mailbox providers check the SPF of the bounce address, which SendGrid puts at a subdomain such as em1234.{domain}"
)


def spf_records(texts: list[str]) -> list[str]:
    """Return the SPF records among TXT records."""
    return [text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]


def check_spf(domain: str, dns: DnsLookup) -> RecordCheck:
    """Check the record at the domain of the sender's address."""
    found = spf_records(dns.texts(domain))

    def check(state: CheckState, sentence: str, remedy: str = "") -> RecordCheck:
        return RecordCheck("SPF", domain, state, sentence, remedy, tuple(found))

    if not found:
        return check(
            CheckState.ADVICE,
            f"No SPF record. {BOUNCE_DOMAIN.format(domain=domain)}, so emails through SendGrid pass without one.",
            f"If other servers send from {domain}, list them in a TXT record; if none do, publish “v=spf1 -all”.",
        )
    if len(found) > 1:
        return check(
            CheckState.BAD,
            f"{len(found)} SPF records: more than one counts as an error, and none applies.",
            "Merge them into one record that begins with v=spf1 once.",
        )
    terms = found[0].lower().split()[1:]
    if any(term in ("all", "+all") for term in terms):
        return check(
            CheckState.BAD,
            "The SPF record lets every server in the world send from this domain.",
            "Replace “+all” by “~all” or “-all”.",
        )
    lookups = count_lookups(found[0], dns)
    if lookups > MAX_LOOKUPS:
        return check(
            CheckState.BAD,
            f"The SPF record needs more than {MAX_LOOKUPS} DNS look-ups; mailbox providers then treat it as an error.",
            "Remove includes of services that do not send from this domain any more.",
        )
    if not any(term.endswith("all") or term.startswith("redirect=") for term in terms):
        return check(
            CheckState.ADVICE,
            "The SPF record does not say what applies to servers that it does not list.",
            "Add “~all” at its end.",
        )
    return check(CheckState.GOOD, f"One SPF record, {lookups} of {MAX_LOOKUPS} look-ups.")


def count_lookups(record: str, dns: DnsLookup) -> int:
    """Return how many look-ups a record needs, with those of what it includes; counting ends past the limit."""
    counted, waiting = 0, [record]
    while waiting and counted <= MAX_LOOKUPS:
        for term in waiting.pop().lower().split()[1:]:
            mechanism = term.lstrip("+-~?")
            if not _asks(mechanism):
                continue
            counted += 1
            if counted > MAX_LOOKUPS:
                break
            if mechanism.startswith(("include:", "redirect=")):
                target = mechanism.partition(":" if mechanism.startswith("include:") else "=")[2]
                if target and "%" not in target:  # a macro is known only when an email is checked
                    waiting += spf_records(dns.texts(target))[:1]
    return counted


def _asks(mechanism: str) -> bool:
    name = mechanism.partition(":")[0].partition("/")[0]
    return name in ("a", "mx", "ptr") or mechanism.startswith(("include:", "exists:", "redirect="))
