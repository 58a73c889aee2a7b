"""Connections to user-supplied addresses that give no access to private networks (SSRF-safe).

A host name is resolved once, all its addresses must be public, and the connection is made to one of these addresses, so
a second DNS response cannot change the target.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.lib.public_ip import Address, is_public
from newsletter.lib.web_urls import validate_web_url

PORTS = {"http": 80, "https": 443}
SAFE = "/%:@!$&'()*+,;=~-._"  # not percent-encoded in a path


class FetchError(NewsletterError):
    """An address could not be fetched. `is_final`: a retry will not help. `status` is the server's, 0 without one."""

    def __init__(self, problem: str, hint: str, *, is_final: bool = False, status: int = 0) -> None:
        self.problem, self.hint, self.is_final, self.status = problem, hint, is_final, status
        super().__init__(f"{problem} {hint}")


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What may be fetched. Only tests use another policy than `PUBLIC_ONLY`; no setting changes it."""

    admits: Callable[[Address], bool] = is_public
    ports: frozenset[int] = frozenset(PORTS.values())
    context: Callable[[], ssl.SSLContext] = field(default=_trusted)
    timeout_seconds: float | None = None  # in place of the kind's
    max_bytes: int | None = None  # likewise


PUBLIC_ONLY = FetchPolicy()


class Target(NamedTuple):
    """An address that may be connected to, in parts."""

    scheme: str
    host: str  # as in the Host header and the certificate
    port: int
    path: str  # with query


class SafeConnector:
    """Opens connections under one deadline. `noun` and `instead` complete its sentences, as in `FetchKind`."""

    def __init__(self, policy: FetchPolicy, *, noun: str, instead: str, seconds: float) -> None:
        self._policy, self._noun, self._instead = policy, noun, instead
        self.deadline = time.monotonic() + (policy.timeout_seconds or seconds)

    def error(self, problem: str, hint: str, *, is_final: bool = False, status: int = 0) -> FetchError:
        return FetchError(problem, f"{hint} {self._instead}".strip(), is_final=is_final, status=status)

    def target(self, url: str) -> Target:
        """Return the target of `url` if it is allowed."""
        try:
            parts = urlsplit(validate_web_url(url, field="address"))
            host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")  # also rejects invalid host names
            port = parts.port or PORTS[parts.scheme]
        except (BadInput, UnicodeError, ValueError):
            hint = f"Enter the full address of a {self._noun}."
            raise FetchError("This is not a web address.", hint, is_final=True) from None
        if not host or port not in self._policy.ports:
            hint = "Use an address on port 80 or 443."
            raise self.error("The port in the address is not allowed.", hint, is_final=True)
        path = quote(parts.path or "/", safe=SAFE) + (f"?{quote(parts.query, safe=SAFE + '?')}" if parts.query else "")
        return Target(parts.scheme, host, port, path)

    def _addresses(self, place: Target) -> list[tuple[socket.AddressFamily, str]]:
        """Return all addresses of the host. All of them must be allowed."""
        named = _ip_literal(place.host) or self._resolve(place)
        if not named or not all(self._policy.admits(ip_address(address)) for _, address in named):
            hint = "Use an address that is publicly reachable."
            raise self.error("The address is in a private network.", hint, is_final=True)
        return named

    def _resolve(self, place: Target) -> list[tuple[socket.AddressFamily, str]]:
        try:
            found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise self.error("The host in the address was not found.", "Check its spelling.") from None
        return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))

    def no_response(self) -> FetchError:
        hint = "Check that the address opens in a browser."
        if time.monotonic() >= self.deadline:
            return self.error("The server takes too long to respond.", hint)
        return self.error("The server cannot be reached or closed the connection.", hint)

    @contextlib.contextmanager
    def connection(self, place: Target) -> Iterator[http.client.HTTPConnection]:
        """Yield a connection to the first address of the host that accepts one. It is shut down at the deadline."""
        plain = self._connect(place, self._addresses(place))
        sock: socket.socket = plain
        watch = None
        try:
            if place.scheme == "https":
                context = self._policy.context()
                sock = context.wrap_socket(plain, server_hostname=place.host, do_handshake_on_connect=False)
            # A server may send single bytes for ever, which a timeout per read would not end. The timer calls the
            # system's shutdown directly, because the waiting thread is using the socket object.
            watch = threading.Timer(max(0.0, self.deadline - time.monotonic()), _shut_down, (sock,))
            watch.daemon = True
            watch.start()
            if isinstance(sock, ssl.SSLSocket):
                sock.do_handshake()
            connection = http.client.HTTPConnection(place.host, place.port)
            connection.sock = sock
            connection.default_port = PORTS[place.scheme]  # the Host header contains only other ports
            yield connection
        except ssl.SSLCertVerificationError:
            hint = "Tell the site's owner, or use another address."
            raise self.error("The server has no valid certificate.", hint) from None
        except OSError:
            raise self.no_response() from None
        finally:
            if watch:
                watch.cancel()
            sock.close()

    def _connect(self, place: Target, addresses: list[tuple[socket.AddressFamily, str]]) -> socket.socket:
        for family, address in addresses:
            left = self.deadline - time.monotonic()
            if left <= 0:
                break
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.settimeout(left)
            try:
                sock.connect((address, place.port))
            except OSError:
                sock.close()
            else:
                return sock
        raise self.no_response()


def _ip_literal(host: str) -> list[tuple[socket.AddressFamily, str]]:
    """Return the host if it is an IP address; empty if it is a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return []
    return [(socket.AF_INET if address.version == 4 else socket.AF_INET6, host)]


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may already be closed
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
