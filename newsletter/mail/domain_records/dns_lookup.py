"""Ask a DNS resolver. The only module that knows dnspython.

A name that does not exist and a name without records of the type give the same answer: nothing. A resolver that does
not answer, or that itself got no valid answer, is something else: then nothing is known.
"""

from typing import Any

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from newsletter.lib.errors import NewsletterError

LIFETIME = 4.0  # seconds for one question, over all resolvers
TIMEOUT = 1.5  # for one try


class DnsUnavailable(NewsletterError):
    """The resolver gave no answer, so nothing is known about the name."""


class DnsLookup:
    """Asks the resolvers of the system, or those given as `address` or `address:port`."""

    def __init__(self, resolvers: list[str] | None = None) -> None:
        try:
            self._resolver = dns.resolver.Resolver(configure=not resolvers)
        except dns.resolver.NoResolverConfiguration:
            self._resolver = dns.resolver.Resolver(configure=False)
        self._resolver.lifetime, self._resolver.timeout = LIFETIME, TIMEOUT
        if resolvers:
            ends = [_end(each) for each in resolvers]
            self._resolver.nameservers = [address for address, _ in ends]
            self._resolver.nameserver_ports = dict(ends)

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of `name`, following a CNAME. Raises `DnsUnavailable`."""
        return [b"".join(record.strings).decode("utf-8", "replace") for record in self._ask(name, dns.rdatatype.TXT)]

    def mail_exchanges(self, name: str) -> list[tuple[int, str]]:
        """Return preference and host of the MX records of `name`; the host of a null MX is empty."""
        records = self._ask(name, dns.rdatatype.MX)
        return sorted((record.preference, str(record.exchange).rstrip(".").lower()) for record in records)

    def has_address(self, name: str) -> bool:
        """Return whether `name` has an A or AAAA record."""
        return bool(self._ask(name, dns.rdatatype.A) or self._ask(name, dns.rdatatype.AAAA))

    def _ask(self, name: str, kind: dns.rdatatype.RdataType) -> list[Any]:
        try:
            answer = self._resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
        except (dns.resolver.NXDOMAIN, dns.exception.SyntaxError, dns.name.LabelTooLong, dns.name.NameTooLong):
            return []
        except dns.exception.DNSException as error:
            raise DnsUnavailable(f"{name}: {type(error).__name__}") from error
        return list(answer) if answer.rrset else []


def _end(resolver: str) -> tuple[str, int]:
    """Return address and port of `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:53`."""
    if resolver.startswith("["):
        address, _, port = resolver[1:].partition("]")
        return address, int(port.lstrip(":") or 53)
    address, colon, port = resolver.partition(":")
    return (address, int(port)) if colon and ":" not in port else (resolver, 53)
