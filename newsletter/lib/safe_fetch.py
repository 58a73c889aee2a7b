"""Fetch a user-supplied URL without giving access to private networks (SSRF-safe).

A host name is resolved once, all its addresses must be public, and the connection is made to one of these addresses, so
a second DNS response cannot change the target. Each redirect is checked again. The type and length that a server
declares are not trusted.
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
from http import HTTPStatus
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from newsletter import __version__
from newsletter.lib.content_encoding import decode_content
from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.lib.public_ip import Address, is_public
from newsletter.lib.web_urls import validate_web_url

REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHUNK_SIZE = 65_536  # bytes
PORTS = {"http": 80, "https": 443}
SAFE = "/%:@!$&'()*+,;=~-._"  # not percent-encoded in a path


class FetchError(NewsletterError):
    """An address could not be fetched. `is_final`: a retry will not help. `status` is the server's, 0 without one."""

    def __init__(self, problem: str, hint: str, *, is_final: bool = False, status: int = 0) -> None:
        self.problem, self.hint, self.is_final, self.status = problem, hint, is_final, status
        super().__init__(f"{problem} {hint}")


@dataclass(frozen=True, slots=True)
class FetchKind:
    """What is fetched, and its limits. `instead` says what a person can do without the address.

    `content_types` are the types that the server may declare; empty: any. A server that declares none is believed.
    """

    noun: str
    instead: str
    accept: str
    max_bytes: int
    timeout_seconds: float  # for the whole fetch, which blocks a worker
    max_redirects: int = 3
    content_types: frozenset[str] = frozenset()


class Fetched(NamedTuple):
    """The content of an address, after all redirects, and the declared Content-Type."""

    url: str
    content_type: str
    body: bytes


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


class _Target(NamedTuple):
    scheme: str
    host: str  # as in the Host header and the certificate
    port: int
    path: str  # with query


def fetch(url: str, *, kind: FetchKind, policy: FetchPolicy = PUBLIC_ONLY) -> Fetched:
    """Return what `url` leads to; raise `FetchError`. The system's resolver looks up names, with its own timeout."""
    return _Fetch(kind, policy).fetch(url)


class _Fetch:
    """One fetch with all its redirects, under one deadline."""

    def __init__(self, kind: FetchKind, policy: FetchPolicy) -> None:
        self._kind, self._policy = kind, policy
        self._max_bytes = policy.max_bytes or kind.max_bytes
        self._deadline = time.monotonic() + (policy.timeout_seconds or kind.timeout_seconds)

    def fetch(self, url: str) -> Fetched:
        for _ in range(self._kind.max_redirects + 1):
            result = self._request(url)
            if isinstance(result, Fetched):
                return result
            try:
                url = urljoin(url, result)
            except ValueError:
                problem = "The address redirects to an invalid address."
                raise self._error(problem, "Use the final address.", is_final=True) from None
        raise self._error("The address redirects too many times.", "Use the final address.", is_final=True)

    def _error(self, problem: str, hint: str, *, is_final: bool = False, status: int = 0) -> FetchError:
        return FetchError(problem, f"{hint} {self._kind.instead}".strip(), is_final=is_final, status=status)

    def _target(self, url: str) -> _Target:
        """Return the target of `url` if it is allowed."""
        try:
            parts = urlsplit(validate_web_url(url, field="address"))
            host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")  # also rejects invalid host names
            port = parts.port or PORTS[parts.scheme]
        except (BadInput, UnicodeError, ValueError):
            hint = f"Enter the full address of a {self._kind.noun}."
            raise FetchError("This is not a web address.", hint, is_final=True) from None
        if not host or port not in self._policy.ports:
            hint = "Use an address on port 80 or 443."
            raise self._error("The port in the address is not allowed.", hint, is_final=True)
        path = quote(parts.path or "/", safe=SAFE) + (f"?{quote(parts.query, safe=SAFE + '?')}" if parts.query else "")
        return _Target(parts.scheme, host, port, path)

    def _addresses(self, place: _Target) -> list[tuple[socket.AddressFamily, str]]:
        """Return all addresses of the host. All of them must be allowed."""
        named = _ip_literal(place.host) or self._resolve(place)
        if not named or not all(self._policy.admits(ip_address(address)) for _, address in named):
            hint = "Use an address that is publicly reachable."
            raise self._error("The address is in a private network.", hint, is_final=True)
        return named

    def _resolve(self, place: _Target) -> list[tuple[socket.AddressFamily, str]]:
        try:
            found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise self._error("The host in the address was not found.", "Check its spelling.") from None
        return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))

    def _request(self, url: str) -> Fetched | str:
        """Return the response, or the address that it redirects to."""
        place = self._target(url)
        with self._connection(place, self._addresses(place)) as connection:
            try:
                connection.request(
                    "GET",
                    place.path,
                    headers={
                        "User-Agent": f"Mozilla/5.0 (compatible; newsletter/{__version__}; {self._kind.noun}s)",
                        "Accept": self._kind.accept,
                        "Accept-Encoding": "identity",
                        "Connection": "close",
                    },
                )
                with connection.getresponse() as answer:
                    if answer.status in REDIRECTS and (location := answer.getheader("Location")):
                        return _location(location)
                    self._check(answer)
                    return Fetched(url, answer.getheader("Content-Type") or "", self._read(answer))
            except (OSError, http.client.HTTPException, ValueError):
                raise self._no_response() from None

    def _check(self, answer: http.client.HTTPResponse) -> None:
        """Raise `FetchError` for a status or a type that is not wanted."""
        noun = self._kind.noun
        if answer.status != HTTPStatus.OK:
            # the site may publish it later or be busy, so a retry may help
            hint = "Check that the address opens in a browser without signing in."
            problem = f"The server responded with status {answer.status} instead of a {noun}."
            raise self._error(problem, hint, status=answer.status)
        declared = (answer.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        if declared and self._kind.content_types and declared not in self._kind.content_types:
            problem = f"The address leads to a file of type {declared[:60]}, not to a {noun}."
            raise self._error(problem, f"Use the address of a {noun}.", is_final=True)

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        declared_length, body = answer.length, bytearray()
        while piece := answer.read1(CHUNK_SIZE):
            body += piece
            if len(body) > self._max_bytes:
                raise self._too_large()
            if time.monotonic() >= self._deadline:
                break
        # a connection cut by either side ends like a closed one
        if time.monotonic() >= self._deadline or len(body) < (declared_length or 0):
            raise self._no_response()
        plain = decode_content(bytes(body), answer.getheader("Content-Encoding") or "", max_bytes=self._max_bytes)
        if plain is None:
            raise self._too_large()
        return plain

    def _too_large(self) -> FetchError:
        hint = f"Use one under {self._max_bytes // 1_000_000} MB."
        return FetchError("The file is too large.", hint, is_final=True)

    def _no_response(self) -> FetchError:
        hint = "Check that the address opens in a browser."
        if time.monotonic() >= self._deadline:
            return self._error("The server takes too long to respond.", hint)
        return self._error("The server cannot be reached or closed the connection.", hint)

    @contextlib.contextmanager
    def _connection(
        self, place: _Target, addresses: list[tuple[socket.AddressFamily, str]]
    ) -> Iterator[http.client.HTTPConnection]:
        """Yield a connection to the first of `addresses` that accepts one. It is shut down at the deadline."""
        plain = self._connect(place, addresses)
        sock: socket.socket = plain
        watch = None
        try:
            if place.scheme == "https":
                context = self._policy.context()
                sock = context.wrap_socket(plain, server_hostname=place.host, do_handshake_on_connect=False)
            # A server may send single bytes for ever, which a timeout per read would not end. The timer calls the
            # system's shutdown directly, because the waiting thread is using the socket object.
            watch = threading.Timer(max(0.0, self._deadline - time.monotonic()), _shut_down, (sock,))
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
            raise self._error("The server has no valid certificate.", hint) from None
        except OSError:
            raise self._no_response() from None
        finally:
            if watch:
                watch.cancel()
            sock.close()

    def _connect(self, place: _Target, addresses: list[tuple[socket.AddressFamily, str]]) -> socket.socket:
        for family, address in addresses:
            left = self._deadline - time.monotonic()
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
        raise self._no_response()


def _ip_literal(host: str) -> list[tuple[socket.AddressFamily, str]]:
    """Return the host if it is an IP address; empty if it is a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return []
    return [(socket.AF_INET if address.version == 4 else socket.AF_INET6, host)]


def _location(header: str) -> str:
    """Return a Location header as a URL. Some servers send unencoded spaces and letters, which browsers accept."""
    raw = header.strip().encode("latin-1")  # http.client decodes headers as Latin-1
    try:
        return raw.decode().replace(" ", "%20")
    except UnicodeDecodeError:
        return quote(raw, safe=SAFE + "?#[]")


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may already be closed
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
