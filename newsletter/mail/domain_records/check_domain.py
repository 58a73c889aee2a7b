"""Check all records of a sending domain. Of a record that could not be looked up, nothing is said but that."""

from collections.abc import Callable, Sequence

from newsletter.mail.domain_records.check_dkim import check_dkim
from newsletter.mail.domain_records.check_dmarc import check_bimi, check_dmarc
from newsletter.mail.domain_records.check_receiving import check_mx, check_tls_reports
from newsletter.mail.domain_records.check_spf import check_spf
from newsletter.mail.domain_records.dns_lookup import DnsLookup, DnsUnavailable
from newsletter.mail.domain_records.record_check import CheckState, RecordCheck


def check_domain(domain: str, dns: DnsLookup, *, selectors: Sequence[str]) -> list[RecordCheck]:
    """Return a check of each kind of record, always in the same order. A domain takes about a dozen questions."""
    checks: dict[str, Callable[[], RecordCheck]] = {
        "DKIM": lambda: check_dkim(domain, selectors, dns),
        "DMARC": lambda: check_dmarc(domain, dns),
        "SPF": lambda: check_spf(domain, dns),
        "MX": lambda: check_mx(domain, dns),
        "BIMI": lambda: check_bimi(domain, dns),
        "TLS-RPT": lambda: check_tls_reports(domain, dns),
    }
    found, is_away = [], False
    for kind, check in checks.items():
        if is_away:  # a resolver that is away costs two waits, not six
            found.append(_unknown(kind, domain))
            continue
        try:
            found.append(check())
        except DnsUnavailable:
            found.append(_unknown(kind, domain))
            is_away = len(found) > 1 and all(each.state == CheckState.UNKNOWN for each in found)
    return found


def _unknown(kind: str, domain: str) -> RecordCheck:
    remedy = (
        "It is looked up again within the hour. If that lasts, look at DNS_RESOLVERS and the domain's name servers."
    )
    return RecordCheck(kind, domain, CheckState.UNKNOWN, "The DNS resolver gave no answer.", remedy)
