"""Check the DMARC record of a domain, with the tree walk of its parents, and what depends on it: BIMI."""

from newsletter.mail.domain_records.dns_lookup import DnsLookup
from newsletter.mail.domain_records.record_check import CheckState, RecordCheck
from newsletter.mail.domain_records.tags import tags_of

POLICIES = ("none", "quarantine", "reject")
ENFORCED = ("quarantine", "reject")
MAX_WALK = 8  # names, as in the DMARC standard; of longer ones the last labels
EXAMPLE = "v=DMARC1; p=none; rua=mailto:dmarc@{domain}"


def find_dmarc(domain: str, dns: DnsLookup) -> tuple[str, list[str]]:
    """Return the domain at which a DMARC record applies to `domain`, and the records there; none at `domain` itself."""
    for name in _walk(domain):
        records = [text for text in dns.texts(f"_dmarc.{name}") if text.lower().replace(" ", "").startswith("v=dmarc1")]
        if records:
            return name, records
    return domain, []


def policy_of(record: str, *, is_inherited: bool) -> str:
    """Return the policy that a record has for its domain, or for the domains below it; empty if it is invalid."""
    tags = tags_of(record)
    policy = (tags.get("sp") if is_inherited else None) or tags.get("p", "")
    return policy.lower() if policy.lower() in POLICIES else ""


def check_dmarc(domain: str, dns: DnsLookup) -> RecordCheck:
    """Check the record that applies to the domain."""
    owner, found = find_dmarc(domain, dns)

    def check(state: CheckState, sentence: str, remedy: str = "") -> RecordCheck:
        return RecordCheck("DMARC", f"_dmarc.{owner}", state, sentence, remedy, tuple(found))

    if not found:
        return check(
            CheckState.BAD,
            "No DMARC record. Gmail, Yahoo and Microsoft refuse bulk email from a domain without one.",
            f"Add a TXT record at _dmarc.{domain}: {EXAMPLE.format(domain=domain)}",
        )
    if len(found) > 1:
        return check(CheckState.BAD, f"{len(found)} DMARC records: then none of them counts.", "Keep one of them.")
    policy = policy_of(found[0], is_inherited=owner != domain)
    if not policy:
        remedy = "Write p=none, p=quarantine or p=reject behind v=DMARC1."
        return check(CheckState.BAD, "The DMARC record has no valid policy.", remedy)
    if not tags_of(found[0]).get("rua"):
        return check(
            CheckState.ADVICE,
            f"The policy is {policy}, and nobody gets reports of emails that fail.",
            "Add rua=mailto: with a mailbox that somebody reads.",
        )
    if policy == "none":
        return check(
            CheckState.ADVICE,
            "The policy is none: it meets what Gmail and Yahoo ask for, and does not stop forged emails.",
            "When the reports show that all your email passes, change it to p=quarantine.",
        )
    return check(CheckState.GOOD, f"The policy is {policy}{f', from {owner}' if owner != domain else ''}.")


def check_bimi(domain: str, dns: DnsLookup) -> RecordCheck:
    """Check the record for a logo beside emails, which takes effect only with an enforced DMARC policy."""
    owner, records = find_dmarc(domain, dns)
    policy = policy_of(records[0], is_inherited=owner != domain) if len(records) == 1 else ""
    name = f"default._bimi.{domain}"
    found = [text for text in dns.texts(name) if text.lower().startswith("v=bimi1")]
    if not found and owner != domain:
        name = f"default._bimi.{owner}"
        found = [text for text in dns.texts(name) if text.lower().startswith("v=bimi1")]

    def check(state: CheckState, sentence: str, remedy: str = "") -> RecordCheck:
        return RecordCheck("BIMI", name, state, sentence, remedy, tuple(found))

    if not found:
        return check(CheckState.OPTIONAL, "No BIMI record. It would show a logo beside emails in some inboxes.")
    logo = tags_of(found[0]).get("l", "")
    if not logo.lower().startswith("https://"):
        return check(CheckState.ADVICE, "The BIMI record names no logo.", "Write l=https://… with an SVG file.")
    if policy not in ENFORCED:
        remedy = "It needs a DMARC policy of quarantine or reject first."
        return check(CheckState.ADVICE, "The BIMI record has no effect without an enforced DMARC policy.", remedy)
    if not tags_of(found[0]).get("a"):
        remedy = "Add a=https://… with the mark certificate, if the logo should show in Gmail and Apple Mail."
        return check(CheckState.GOOD, f"A logo without a certificate. {remedy}")
    return check(CheckState.GOOD, "A logo with a certificate.")


def _walk(domain: str) -> list[str]:
    """Return the domain and its parents down to two labels, at most eight names."""
    labels = domain.split(".")
    names = [".".join(labels[number:]) for number in range(max(1, len(labels) - 1))]
    return names if len(names) <= MAX_WALK else [names[0], *names[-MAX_WALK + 1 :]]
