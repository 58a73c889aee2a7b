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
from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.lib.web_urls import validate_web_url
from newsletter.pictures.public_ip import Address, is_public

MAX_FILE_BYTES = 20_000_000  # larger than pictures of good cameras
TIMEOUT_SECONDS = 8.0  # for the whole fetch, which blocks a worker
MAX_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHUNK_SIZE = 65_536  # bytes
PORTS = {"http": 80, "https": 443}
SAFE = "/%:@!$&'()*+,;=~-._"  # not percent-encoded in a path
UPLOAD = "Or upload the picture."


class PictureFetchError(NewsletterError):
    """A picture could not be fetched. `is_final`: a retry will not help."""

    def __init__(self, problem: str, hint: str, *, is_final: bool = False) -> None:
        self.problem, self.hint, self.is_final = problem, hint, is_final
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
    timeout_seconds: float = TIMEOUT_SECONDS
    max_bytes: int = MAX_FILE_BYTES


PUBLIC_ONLY = FetchPolicy()


class _Target(NamedTuple):
    scheme: str
    host: str  # as in the Host header and the certificate
    port: int
    path: str  # with query


def fetch(url: str, *, policy: FetchPolicy = PUBLIC_ONLY) -> bytes:
    """Return the content of `url`, at most `policy.max_bytes` bytes; raise `PictureFetchError`.

    The system's resolver looks up names, with its own timeout.
    """
    deadline = time.monotonic() + policy.timeout_seconds
    for _ in range(MAX_REDIRECTS + 1):
        result = _request(_target(url, policy), deadline, policy)
        if isinstance(result, bytes):
            return result
        url = urljoin(url, result)
    raise PictureFetchError("The address redirects too many times.", f"Use the final address. {UPLOAD}", is_final=True)


def _target(url: str, policy: FetchPolicy) -> _Target:
    """Return the target of `url` if it is allowed."""
    try:
        parts = urlsplit(validate_web_url(url, field="address"))
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")  # also rejects invalid host names
        port = parts.port or PORTS[parts.scheme]
    except (BadInput, UnicodeError, ValueError):
        raise PictureFetchError(
            "This is not a web address.", "Enter the full address of a picture.", is_final=True
        ) from None
    if not host or port not in policy.ports:
        hint = f"Use an address on port 80 or 443. {UPLOAD}"
        raise PictureFetchError("The port in the address is not allowed.", hint, is_final=True)
    path = quote(parts.path or "/", safe=SAFE) + (f"?{quote(parts.query, safe=SAFE + '?')}" if parts.query else "")
    return _Target(parts.scheme, host, port, path)


def _addresses(place: _Target, policy: FetchPolicy) -> list[tuple[socket.AddressFamily, str]]:
    """Return all addresses of the host. All of them must be allowed."""
    named = _ip_literal(place.host) or _resolve(place)
    if not named or not all(policy.admits(ip_address(address)) for _, address in named):
        hint = f"Use an address that is publicly reachable. {UPLOAD}"
        raise PictureFetchError("The address is in a private network.", hint, is_final=True)
    return named


def _ip_literal(host: str) -> list[tuple[socket.AddressFamily, str]]:
    """Return the host if it is an IP address; empty if it is a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return []
    return [(socket.AF_INET if address.version == 4 else socket.AF_INET6, host)]


def _resolve(place: _Target) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise PictureFetchError("The host in the address was not found.", f"Check its spelling. {UPLOAD}") from None
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def _request(place: _Target, deadline: float, policy: FetchPolicy) -> bytes | str:
    """Return the body of the response, or the address that it redirects to."""
    with _connection(place, _addresses(place, policy), deadline, policy) as connection:
        try:
            connection.request(
                "GET",
                place.path,
                headers={
                    "User-Agent": f"newsletter/{__version__} (pictures)",
                    "Accept": "image/jpeg, image/png, image/webp, image/avif, image/gif;q=0.9, */*;q=0.1",
                    "Accept-Encoding": "identity",
                    "Connection": "close",
                },
            )
            with connection.getresponse() as answer:
                if answer.status in REDIRECTS and (location := answer.getheader("Location")):
                    return _location(location)
                if answer.status != HTTPStatus.OK:
                    # the site may publish it later or be busy, so a retry may help
                    hint = f"Check that the address opens in a browser without signing in. {UPLOAD}"
                    raise PictureFetchError(
                        f"The server responded with status {answer.status} instead of a picture.", hint
                    )
                return _read(answer, deadline, policy)
        except (OSError, http.client.HTTPException, ValueError):
            raise _no_response(deadline) from None


def _location(header: str) -> str:
    """Return a Location header as a URL. Some servers send unencoded spaces and letters, which browsers accept."""
    raw = header.strip().encode("latin-1")  # http.client decodes headers as Latin-1
    try:
        return raw.decode().replace(" ", "%20")
    except UnicodeDecodeError:
        return quote(raw, safe=SAFE + "?#[]")


def _read(answer: http.client.HTTPResponse, deadline: float, policy: FetchPolicy) -> bytes:
    declared_length, body = answer.length, bytearray()
    while piece := answer.read1(CHUNK_SIZE):
        body += piece
        if len(body) > policy.max_bytes:
            hint = f"Use one under {policy.max_bytes // 1_000_000} MB."
            raise PictureFetchError("The file is too large.", hint, is_final=True)
        if time.monotonic() >= deadline:
            break
    # a connection cut by either side ends like a closed one
    if time.monotonic() >= deadline or len(body) < (declared_length or 0):
        raise _no_response(deadline)
    return bytes(body)


def _no_response(deadline: float) -> PictureFetchError:
    if time.monotonic() >= deadline:
        return PictureFetchError("The server takes too long to respond.", f"We will try again. {UPLOAD}")
    return PictureFetchError("The server cannot be reached or closed the connection.", f"We will try again. {UPLOAD}")


@contextlib.contextmanager
def _connection(
    place: _Target, addresses: list[tuple[socket.AddressFamily, str]], deadline: float, policy: FetchPolicy
) -> Iterator[http.client.HTTPConnection]:
    """Yield a connection to the first of `addresses` that accepts one. It is shut down at `deadline` in any case."""
    plain = _connect(place, addresses, deadline)
    sock: socket.socket = plain
    watch = None
    try:
        if place.scheme == "https":
            sock = policy.context().wrap_socket(plain, server_hostname=place.host, do_handshake_on_connect=False)
        # A server may send single bytes for ever, which a timeout per read would not end. The timer calls the system's
        # shutdown directly, because the waiting thread is using the socket object.
        watch = threading.Timer(max(0.0, deadline - time.monotonic()), _shut_down, (sock,))
        watch.daemon = True
        watch.start()
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        connection = http.client.HTTPConnection(place.host, place.port)
        connection.sock = sock
        connection.default_port = PORTS[place.scheme]  # the Host header contains only other ports
        yield connection
    except ssl.SSLCertVerificationError:
        hint = f"Tell the site's owner, or use another address. {UPLOAD}"
        raise PictureFetchError("The server has no valid certificate.", hint) from None
    except OSError:
        raise _no_response(deadline) from None
    finally:
        if watch:
            watch.cancel()
        sock.close()


def _connect(place: _Target, addresses: list[tuple[socket.AddressFamily, str]], deadline: float) -> socket.socket:
    for family, address in addresses:
        left = deadline - time.monotonic()
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
    raise _no_response(deadline)


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may already be closed
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
