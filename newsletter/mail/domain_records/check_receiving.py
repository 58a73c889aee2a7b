"""Check the records for email to the domain: MX, which senders are expected to have, and reports about TLS."""

from newsletter.mail.domain_records.dns_lookup import DnsLookup
from newsletter.mail.domain_records.record_check import CheckState, RecordCheck
from newsletter.mail.domain_records.tags import tags_of


def check_mx(domain: str, dns: DnsLookup) -> RecordCheck:
    """Check that the domain of the sender's address can receive email."""
    exchanges = dns.mail_exchanges(domain)
    found = tuple(f"{preference} {host or '.'}" for preference, host in exchanges)

    def check(state: CheckState, sentence: str, remedy: str = "") -> RecordCheck:
        return RecordCheck("MX", domain, state, sentence, remedy, found)

    if any(not host for _, host in exchanges):
        return check(
            CheckState.BAD,
            "The domain says that it receives no email. Replies of readers are lost, and some mailbox providers refuse "
            "emails from such a domain.",
            "Add the MX records of your mail server, or send from a domain that receives email.",
        )
    if exchanges:
        return check(CheckState.GOOD, f"Email to this domain goes to {exchanges[0][1]}.")
    if dns.has_address(domain):
        return check(
            CheckState.ADVICE,
            "No MX record: email to this domain goes to the web server's address.",
            "Add the MX records of your mail server.",
        )
    return check(
        CheckState.BAD,
        "The domain has no MX and no address record. Some mailbox providers refuse emails from a domain that cannot "
        "receive any.",
        "Add the MX records of your mail server.",
    )


def check_tls_reports(domain: str, dns: DnsLookup) -> RecordCheck:
    """Check the record for reports about encrypted delivery to the domain (RFC 8460)."""
    name = f"_smtp._tls.{domain}"
    found = tuple(text for text in dns.texts(name) if text.lower().startswith("v=tlsrptv1"))
    if not found:
        sentence = "No TLS-RPT record. It would bring reports when email to this domain is not encrypted."
        return RecordCheck("TLS-RPT", name, CheckState.OPTIONAL, sentence)
    if len(found) > 1 or not tags_of(found[0]).get("rua"):
        sentence, remedy = "The TLS-RPT record is not valid.", "Write one record: v=TLSRPTv1; rua=mailto:…"
        return RecordCheck("TLS-RPT", name, CheckState.ADVICE, sentence, remedy, found)
    return RecordCheck("TLS-RPT", name, CheckState.GOOD, "Reports are sent.", "", found)
