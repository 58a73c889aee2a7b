"""The DNS records of a sending domain, asked from a real DNS server: what is said about each, and what to change."""

from collections.abc import Iterator

import pytest

from newsletter.mail.domain_records import dns_lookup
from newsletter.mail.domain_records.check_domain import check_domain
from newsletter.mail.domain_records.dns_lookup import DnsLookup, DnsUnavailable
from newsletter.mail.domain_records.record_check import CheckState, RecordCheck
from tests.support.dns_server import KEY_1024, KEY_2048, DnsServer, Zone, dns_server, good_zone, quoted

DOMAIN = "news.example.org"
S1, S2 = "s1.domainkey.u1.wl1.sendgrid.net", "s2.domainkey.u1.wl1.sendgrid.net"


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with dns_server(good_zone()) as running:
        yield running


def checked(server: DnsServer, domain: str = DOMAIN) -> dict[str, RecordCheck]:
    found = check_domain(domain, DnsLookup([server.address]), selectors=("s1", "s2"))
    return {check.kind: check for check in found}


def test_a_domain_that_is_set_up_well_is_good(server: DnsServer) -> None:
    found = checked(server)
    assert {kind: check.state.value for kind, check in found.items()} == {
        "DKIM": "good", "DMARC": "good", "SPF": "good", "MX": "good", "BIMI": "optional", "TLS-RPT": "optional",
    }  # fmt: skip
    assert found["SPF"].sentence == "One SPF record, 1 of 10 look-ups."
    assert found["DMARC"].sentence == "The policy is quarantine, from example.org."
    assert found["MX"].sentence == "Email to this domain goes to mx.example.org."
    assert found["DKIM"].found[0].startswith("s1: k=rsa; t=s; p=MII")
    assert len(server.asked) <= 15


def test_a_domain_that_does_not_exist_says_what_to_publish(server: DnsServer) -> None:
    found = checked(server, "letters.example.com")
    assert {kind for kind, check in found.items() if check.state == CheckState.BAD} == {"DKIM", "DMARC", "MX"}
    assert "_dmarc.letters.example.com: v=DMARC1; p=none; rua=mailto:" in found["DMARC"].remedy
    assert "Domain Authentication of letters.example.com" in found["DKIM"].remedy
    assert "em1234.letters.example.com" in found["SPF"].sentence


DMARC, SPF = ("_dmarc.example.org", "TXT"), (DOMAIN, "TXT")
BIMI, TLS = (f"default._bimi.{DOMAIN}", "TXT"), (f"_smtp._tls.{DOMAIN}", "TXT")
MANY = quoted("v=spf1 " + " ".join(f"include:i{n}.example.net" for n in range(11)) + " -all")
RECORDS: list[tuple[str, Zone, CheckState, str]] = [
    ("SPF", {SPF: ['"v=spf1 a -all"', '"v=spf1 mx -all"']}, CheckState.BAD, "2 SPF records"),
    ("SPF", {SPF: ['"v=spf1 +all"']}, CheckState.BAD, "every server in the world"),
    ("SPF", {SPF: [MANY]}, CheckState.BAD, "more than 10 DNS look-ups"),
    ("SPF", {SPF: ['"v=spf1 include:loop.example.net -all"'], ("loop.example.net", "TXT"):
             ['"v=spf1 include:loop.example.net -all"']}, CheckState.BAD, "more than 10 DNS look-ups"),
    ("SPF", {SPF: ['"v=spf1 ip4:192.0.2.1"']}, CheckState.ADVICE, "does not say what applies"),
    ("SPF", {SPF: ['"v=spf1 a mx:example.org include:%{d}.example.net ?all"']}, CheckState.GOOD, "3 of 10"),
    ("DMARC", {DMARC: ['"v=DMARC1; p=none"']}, CheckState.ADVICE, "nobody gets reports"),
    ("DMARC", {DMARC: ['"v=DMARC1; p=none; rua=mailto:d@example.org"']}, CheckState.ADVICE, "The policy is none"),
    ("DMARC", {DMARC: ['"v=DMARC1; p=soon"']}, CheckState.BAD, "no valid policy"),
    ("DMARC", {DMARC: ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}, CheckState.BAD, "2 DMARC records"),
    ("DMARC", {(f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=reject; sp=none; rua=mailto:d@example.org"']},
     CheckState.GOOD, "The policy is reject."),
    ("MX", {(DOMAIN, "MX"): ["0 ."]}, CheckState.BAD, "receives no email"),
    ("MX", {(DOMAIN, "MX"): [], (DOMAIN, "A"): ["192.0.2.7"]}, CheckState.ADVICE, "No MX record"),
    ("MX", {(DOMAIN, "MX"): []}, CheckState.BAD, "no MX and no address record"),
    ("DKIM", {(S1, "TXT"): ['"k=rsa; p="']}, CheckState.BAD, "it was revoked"),
    ("DKIM", {(S1, "TXT"): ['"k=rsa; p=bm90IGEga2V5"']}, CheckState.BAD, "cannot be read"),
    ("DKIM", {(S1, "TXT"): [quoted(f"p={KEY_1024}")]}, CheckState.ADVICE, "has 1024 bits"),
    ("DKIM", {(S1, "TXT"): [quoted(f"t=y; p={KEY_2048}")]}, CheckState.ADVICE, "marked as a test"),
    ("DKIM", {(S1, "TXT"): ['"k=ed25519; p=11qYAYKxCrfVS7TyWQHOg7hcvPap"']}, CheckState.ADVICE, "Ed25519"),
    ("DKIM", {(S2, "TXT"): []}, CheckState.ADVICE, f"No key at s2._domainkey.{DOMAIN}"),
    ("BIMI", {BIMI: ['"v=BIMI1; l=https://example.org/logo.svg"']}, CheckState.GOOD, "without a certificate"),
    ("BIMI", {BIMI: ['"v=BIMI1; l="']}, CheckState.ADVICE, "names no logo"),
    ("BIMI", {BIMI: ['"v=BIMI1; l=https://example.org/l.svg"'], DMARC: ['"v=DMARC1; p=none"']},
     CheckState.ADVICE, "no effect"),
    ("TLS-RPT", {TLS: ['"v=TLSRPTv1; rua=mailto:tls@example.org"']}, CheckState.GOOD, "Reports are sent"),
    ("TLS-RPT", {TLS: ['"v=TLSRPTv1; rua="']}, CheckState.ADVICE, "not valid"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "records", "state", "words"), RECORDS, ids=lambda value: str(value)[:30])
def test_each_record_is_judged_in_plain_words(
    server: DnsServer, kind: str, records: Zone, state: CheckState, words: str
) -> None:
    server.zone.update(records)
    check = checked(server)[kind]
    assert (check.state, words in check.sentence) == (state, True), check.sentence
    assert bool(check.remedy) == (state in (CheckState.BAD, CheckState.ADVICE))


def test_a_name_whose_server_fails_is_not_called_missing(server: DnsServer) -> None:
    server.broken.add(f"s1._domainkey.{DOMAIN}")
    found = checked(server)
    assert found["DKIM"].state == CheckState.UNKNOWN
    assert found["DMARC"].state == CheckState.GOOD


def test_a_resolver_that_is_silent_costs_two_waits_and_nothing_is_said(
    server: DnsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns_lookup, "LIFETIME", 0.1)
    server.is_silent = True
    assert {check.state for check in checked(server).values()} == {CheckState.UNKNOWN}


def test_a_name_that_no_domain_can_have_is_not_there(server: DnsServer) -> None:
    lookup = DnsLookup([server.address])
    assert lookup.texts("a..example.org") == lookup.texts(f"{'x' * 64}.example.org") == []
    server.broken.add("example.org")
    with pytest.raises(DnsUnavailable):
        lookup.has_address("example.org")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", ("2001:db8::1", 5353)),
        ("[2001:db8::1]", ("2001:db8::1", 53)),
    ],
)
def test_the_addresses_of_resolvers(written: str, read: tuple[str, int]) -> None:
    assert dns_lookup._end(written) == read
