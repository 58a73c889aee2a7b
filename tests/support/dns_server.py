"""A small DNS server on loopback that answers from a table, over UDP."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = dict[tuple[str, str], list[str]]  # by name and type; values as in a zone file


class DnsServer(socketserver.ThreadingUDPServer):
    """Answers from `zone`; names in `broken` get SERVFAIL, and with `is_silent` nobody gets anything."""

    daemon_threads = True

    def __init__(self, zone: Zone) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.zone, self.broken, self.is_silent, self.asked = zone, set[str](), False, list[str]()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        question = query.question[0]
        name, kind = str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{kind} {name}")
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if name in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
            return response
        while target := self.zone.get((name, "CNAME")):
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", *target))
            name = target[0].rstrip(".")
        if values := self.zone.get((name, kind)):
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *values))
        elif not any(known == name for known, _ in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, socket = self.request
        server: Any = self.server
        if not server.is_silent:
            socket.sendto(server.answer(dns.message.from_wire(data)).to_wire(), self.client_address)


@contextmanager
def dns_server(zone: Zone) -> Iterator[DnsServer]:
    """Serve `zone` on a free port of loopback."""
    with DnsServer(zone) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def good_zone(domain: str = "news.example.org") -> Zone:
    """Return the records of a domain that is set up as it should be."""
    parent = domain.partition(".")[2]
    return {
        (domain, "MX"): ["10 mx.example.org."],
        (domain, "TXT"): ['"v=spf1 include:_spf.example.net ~all"', '"another=thing"'],
        ("_spf.example.net", "TXT"): ['"v=spf1 ip4:192.0.2.0/24 -all"'],
        (f"s1._domainkey.{domain}", "CNAME"): ["s1.domainkey.u1.wl1.sendgrid.net."],
        (f"s2._domainkey.{domain}", "CNAME"): ["s2.domainkey.u1.wl1.sendgrid.net."],
        ("s1.domainkey.u1.wl1.sendgrid.net", "TXT"): [quoted(f"k=rsa; t=s; p={KEY_2048}")],
        ("s2.domainkey.u1.wl1.sendgrid.net", "TXT"): [quoted(f"k=rsa; t=s; p={KEY_2048}")],
        (f"_dmarc.{parent}", "TXT"): ['"v=DMARC1; p=reject; sp=quarantine; rua=mailto:dmarc@example.org"'],
    }


def quoted(text: str) -> str:
    """Return a text as a TXT record of several strings, as long keys are published."""
    return " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))


KEY_2048 = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1viNYgZAUBa2EVmhVHdXtkNv7NkeU8CnDeSfrrS3OUrewNEkkmtp5aF0"
    "T1EumWJIoYgCd2sgj+wV+i5JfQySAXxDLCZPxJixiNVeCCFcgDDghPtlAS5KTufKlb1q2xndT/quHTvwlZ9rDqJMj2uXyodTeCsc"
    "IpCZXTcORFCx541ba+T/J+4QC/EYHYQXo07Boo2lycB6t9nzxukUC45rrfGMebNuXZ6K00NaTWqjYD8oGu+1WQBszoEaSmZjEAcy"
    "fxdxdaQMUmB68X81X7XQ1lRoo49K41kfYzokuHCg2w3d5tgDiwYtpO/3/wKj+27KNwcw0Qyso23Kp+2ayxgbkwIDAQAB"
)
KEY_1024 = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCq4WPCQN1P/EZVyunWhflQ0Pb0XKqWWDxzVTZvRGjiCqj3Gy7pfDxKDXtU12Kw"
    "id8lAoLP/udDF4bX88wO6laOmqeybXT3z53WJv1yuXVPvgXgH3kUY50G2cXCVsRxr6t4d/bxr6wO0qdySPVRYFGMLifgA36QHJu2"
    "ddW8HpPr9QIDAQAB"
)
