"""Fetch a user-supplied URL without giving access to private networks (SSRF-safe, see safe_connection.py).

Each redirect is checked again. The type and length that a server declares are not trusted.
"""

import http.client
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote, urljoin

from newsletter import __version__
from newsletter.lib.content_encoding import decode_content
from newsletter.lib.safe_connection import PUBLIC_ONLY, SAFE, FetchError, FetchPolicy, SafeConnector

REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHUNK_SIZE = 65_536  # bytes


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


class Validators(NamedTuple):
    """What a server said about a version of a content, with which it is asked whether there is a newer one."""

    etag: str = ""
    last_modified: str = ""


UNKNOWN = Validators()


class Fetched(NamedTuple):
    """The content of an address, after all redirects, and the declared Content-Type.

    `is_unchanged`: it is the version that the given validators name, and `body` is empty.
    """

    url: str
    content_type: str
    body: bytes
    validators: Validators = UNKNOWN
    is_unchanged: bool = False


def fetch(url: str, *, kind: FetchKind, policy: FetchPolicy = PUBLIC_ONLY, known: Validators = UNKNOWN) -> Fetched:
    """Return what `url` leads to; raise `FetchError`. The system's resolver looks up names, with its own timeout.

    With `known` validators the server may answer that the content is unchanged.
    """
    return _Fetch(kind, policy, known).fetch(url)


class _Fetch:
    """One fetch with all its redirects, under one deadline."""

    def __init__(self, kind: FetchKind, policy: FetchPolicy, known: Validators) -> None:
        self._kind = kind
        asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        self._conditions = {name: value for name, value in asked.items() if value}
        self._max_bytes = policy.max_bytes or kind.max_bytes
        self._connector = SafeConnector(policy, noun=kind.noun, instead=kind.instead, seconds=kind.timeout_seconds)

    def fetch(self, url: str) -> Fetched:
        for _ in range(self._kind.max_redirects + 1):
            result = self._request(url)
            if isinstance(result, Fetched):
                return result
            try:
                url = urljoin(url, result)
            except ValueError:
                problem = "The address redirects to an invalid address."
                raise self._connector.error(problem, "Use the final address.", is_final=True) from None
        raise self._connector.error("The address redirects too many times.", "Use the final address.", is_final=True)

    def _request(self, url: str) -> Fetched | str:
        """Return the response, or the address that it redirects to."""
        place = self._connector.target(url)
        with self._connector.connection(place) as connection:
            try:
                connection.request(
                    "GET",
                    place.path,
                    headers={
                        "User-Agent": f"Mozilla/5.0 (compatible; newsletter/{__version__}; {self._kind.noun}s)",
                        "Accept": self._kind.accept,
                        "Accept-Encoding": "identity",
                        "Connection": "close",
                    }
                    | self._conditions,
                )
                with connection.getresponse() as answer:
                    if answer.status in REDIRECTS and (target := answer.getheader("Location")):
                        return location(target)
                    found = Validators(answer.getheader("ETag") or "", answer.getheader("Last-Modified") or "")
                    if answer.status == HTTPStatus.NOT_MODIFIED and self._conditions:
                        return Fetched(url, "", b"", found, is_unchanged=True)
                    self._check(answer)
                    return Fetched(url, answer.getheader("Content-Type") or "", self._read(answer), found)
            except (OSError, http.client.HTTPException, ValueError):
                raise self._connector.no_response() from None

    def _check(self, answer: http.client.HTTPResponse) -> None:
        """Raise `FetchError` for a status or a type that is not wanted."""
        noun = self._kind.noun
        if answer.status != HTTPStatus.OK:
            # the site may publish it later or be busy, so a retry may help
            hint = "Check that the address opens in a browser without signing in."
            problem = f"The server responded with status {answer.status} instead of a {noun}."
            raise self._connector.error(problem, hint, status=answer.status)
        declared = (answer.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        if declared and self._kind.content_types and declared not in self._kind.content_types:
            problem = f"The address leads to a file of type {declared[:60]}, not to a {noun}."
            raise self._connector.error(problem, f"Use the address of a {noun}.", is_final=True)

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        declared_length, body = answer.length, bytearray()
        while piece := answer.read1(CHUNK_SIZE):
            body += piece
            if len(body) > self._max_bytes:
                raise self._too_large()
            if time.monotonic() >= self._connector.deadline:
                break
        # a connection cut by either side ends like a closed one
        if time.monotonic() >= self._connector.deadline or len(body) < (declared_length or 0):
            raise self._connector.no_response()
        plain = decode_content(bytes(body), answer.getheader("Content-Encoding") or "", max_bytes=self._max_bytes)
        if plain is None:
            raise self._too_large()
        return plain

    def _too_large(self) -> FetchError:
        hint = f"Use one under {self._max_bytes // 1_000_000} MB."
        return FetchError("The file is too large.", hint, is_final=True)


def location(header: str) -> str:
    """Return a Location header as a URL. Some servers send unencoded spaces and letters, which browsers accept."""
    raw = header.strip().encode("latin-1")  # http.client decodes headers as Latin-1
    try:
        return raw.decode().replace(" ", "%20")
    except UnicodeDecodeError:
        return quote(raw, safe=SAFE + "?#[]")
