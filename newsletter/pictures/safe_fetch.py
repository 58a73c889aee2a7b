"""Fetches what stands at a web address that a person named, without being led to where only we can go.

A host's name is looked up once, every address it has must be public, and the connection is made to one of those
very addresses; so no second look-up can answer otherwise. Each redirect is judged anew. What a server says of its
answer (its type, its length) is not believed.
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

MAX_FILE_BYTES = 20_000_000  # bytes: more than a good camera makes
TIMEOUT_SECONDS = 8.0  # seconds for all of it; while we wait, a worker does nothing else
MAX_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHUNK_SIZE = 65_536  # bytes
PORTS = {"http": 80, "https": 443}
SAFE = "/%:@!$&'()*+,;=~-._"  # stays as it is in a path; all else is written in percent signs
UPLOAD = "Or upload the picture."


class PictureFetchError(NewsletterError):
    """Nothing of use came from an address. `is_final`: asking again will not help."""

    def __init__(self, problem: str, hint: str, *, is_final: bool = False) -> None:
        self.problem, self.hint, self.is_final = problem, hint, is_final
        super().__init__(f"{problem} {hint}")


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What may be asked. Nothing but a test gives another than this one: no setting leads here."""

    admits: Callable[[Address], bool] = is_public
    ports: frozenset[int] = frozenset(PORTS.values())
    context: Callable[[], ssl.SSLContext] = field(default=_trusted)
    timeout_seconds: float = TIMEOUT_SECONDS
    max_bytes: int = MAX_FILE_BYTES


PUBLIC_ONLY = FetchPolicy()


class _Target(NamedTuple):
    scheme: str
    host: str  # as in the Host header and in the certificate
    port: int
    path: str  # with its query


def fetch(url: str, *, reach: FetchPolicy = PUBLIC_ONLY) -> bytes:
    """What stands at `url`, at most `reach.max_bytes` bytes; raises `PictureFetchError`.

    Looking a name up is left to the system's resolver, which has a patience of its own.
    """
    until = time.monotonic() + reach.timeout_seconds
    for _ in range(MAX_REDIRECTS + 1):
        answer = _ask(_place(url, reach), until, reach)
        if isinstance(answer, bytes):
            return answer
        url = urljoin(url, answer)
    raise PictureFetchError("The address redirects too many times.", f"Use the final address. {UPLOAD}", is_final=True)


def _place(url: str, reach: FetchPolicy) -> _Target:
    """Where `url` leads, if it may be asked."""
    try:
        parts = urlsplit(validate_web_url(url, field="address"))
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")  # also refuses what no host is named
        port = parts.port or PORTS[parts.scheme]
    except (BadInput, UnicodeError, ValueError):
        raise PictureFetchError(
            "This is not a web address.", "Enter the full address of a picture.", is_final=True
        ) from None
    if not host or port not in reach.ports:
        hint = f"Use an address on port 80 or 443. {UPLOAD}"
        raise PictureFetchError("The port in the address is not allowed.", hint, is_final=True)
    path = quote(parts.path or "/", safe=SAFE) + (f"?{quote(parts.query, safe=SAFE + '?')}" if parts.query else "")
    return _Target(parts.scheme, host, port, path)


def _addresses(place: _Target, reach: FetchPolicy) -> list[tuple[socket.AddressFamily, str]]:
    """Every address of the host; all of them may be asked, or none is."""
    named = _literal(place.host) or _looked_up(place)
    if not named or not all(reach.admits(ip_address(address)) for _, address in named):
        hint = f"Use an address that is publicly reachable. {UPLOAD}"
        raise PictureFetchError("The address is in a private network.", hint, is_final=True)
    return named


def _literal(host: str) -> list[tuple[socket.AddressFamily, str]]:
    """The host itself when it is an address already; empty when it is a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return []
    return [(socket.AF_INET if address.version == 4 else socket.AF_INET6, host)]


def _looked_up(place: _Target) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise PictureFetchError("The host in the address was not found.", f"Check its spelling. {UPLOAD}") from None
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def _ask(place: _Target, until: float, reach: FetchPolicy) -> bytes | str:
    """The body of the answer, or the address that it redirects to."""
    with _connected(place, _addresses(place, reach), until, reach) as connection:
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
                    # the site may publish it a little later, or be busy: asking again can help
                    hint = f"Check that the address opens in a browser without signing in. {UPLOAD}"
                    raise PictureFetchError(
                        f"The server responded with status {answer.status} instead of a picture.", hint
                    )
                return _read(answer, until, reach)
        except (OSError, http.client.HTTPException, ValueError):
            raise _silent(until) from None


def _location(header: str) -> str:
    """An address as a server wrote it: some leave letters and blanks in it as they are, and browsers follow them."""
    raw = header.strip().encode("latin-1")  # as http.client reads headers
    try:
        return raw.decode().replace(" ", "%20")
    except UnicodeDecodeError:
        return quote(raw, safe=SAFE + "?#[]")


def _read(answer: http.client.HTTPResponse, until: float, reach: FetchPolicy) -> bytes:
    announced, body = answer.length, bytearray()
    while piece := answer.read1(CHUNK_SIZE):
        body += piece
        if len(body) > reach.max_bytes:
            hint = f"Use one under {reach.max_bytes // 1_000_000} MB."
            raise PictureFetchError("The file is too large.", hint, is_final=True)
        if time.monotonic() >= until:
            break
    # a connection that was cut, by us or by them, ends like one that was closed
    if time.monotonic() >= until or len(body) < (announced or 0):
        raise _silent(until)
    return bytes(body)


def _silent(until: float) -> PictureFetchError:
    if time.monotonic() >= until:
        return PictureFetchError("The server takes too long to respond.", f"We will try again. {UPLOAD}")
    return PictureFetchError("The server cannot be reached or closed the connection.", f"We will try again. {UPLOAD}")


@contextlib.contextmanager
def _connected(
    place: _Target, addresses: list[tuple[socket.AddressFamily, str]], until: float, reach: FetchPolicy
) -> Iterator[http.client.HTTPConnection]:
    """A connection to the first of `addresses` that takes one; cut off at `until`, whatever it is doing then."""
    plain = _reached(place, addresses, until)
    sock: socket.socket = plain
    watch = None
    try:
        if place.scheme == "https":
            sock = reach.context().wrap_socket(plain, server_hostname=place.host, do_handshake_on_connect=False)
        # A server may send a byte now and then for ever; a time-out for each read would not end that. Shut down by
        # the system's call alone, because the object is in use by the thread that waits.
        watch = threading.Timer(max(0.0, until - time.monotonic()), _cut, (sock,))
        watch.daemon = True
        watch.start()
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        connection = http.client.HTTPConnection(place.host, place.port)
        connection.sock = sock
        connection.default_port = PORTS[place.scheme]  # only another one is written beside the host
        yield connection
    except ssl.SSLCertVerificationError:
        hint = f"Tell the site's owner, or use another address. {UPLOAD}"
        raise PictureFetchError("The server has no valid certificate.", hint) from None
    except OSError:
        raise _silent(until) from None
    finally:
        if watch:
            watch.cancel()
        sock.close()


def _reached(place: _Target, addresses: list[tuple[socket.AddressFamily, str]], until: float) -> socket.socket:
    for family, address in addresses:
        left = until - time.monotonic()
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
    raise _silent(until)


def _cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may have ended by itself
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
