"""Fetching from a real site on loopback, which only these tests' own `reach` admits."""

import datetime
import gzip
import socket
import ssl
import sys
import zlib
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from newsletter.lib.safe_connection import FetchError
from newsletter.lib.safe_fetch import FetchKind, Validators
from newsletter.lib.safe_fetch import fetch as fetch_kind
from newsletter.pictures.fetch_picture import fetch_picture as fetch
from tests.support.website import Asked, Website, body, dripping, status, website

DATA = bytes(range(256)) * 300
LOOPBACKS = {"127.0.0.1", "::1"}


class Watch:
    """Look-ups and connections of this process, as the interpreter reports them."""

    def __init__(self) -> None:
        self.on = False
        self.lookups: list[str] = []
        self.connections: list[str] = []
        sys.addaudithook(self)  # for ever: an audit hook cannot be taken away

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if self.on and event == "socket.getaddrinfo":
            self.lookups.append(str(args[0]))
        elif self.on and event == "socket.connect" and isinstance(args[1], tuple):
            self.connections.append(str(args[1][0]))


@pytest.fixture
def watch() -> Iterator[Watch]:
    made = Watch()
    made.on = True
    yield made
    made.on = False


def refused(url: str, site: Website | None = None, **said: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(url, policy=site.reach(**said)) if site else fetch(url)
    assert caught.value.problem.endswith(".")
    assert caught.value.hint.endswith(".")
    return caught.value


def test_what_stands_at_an_address_comes_as_it_is(site: Website) -> None:
    site.pages["/p.jpg?size=2&name=%C3%A9t%C3%A9"] = body(DATA, Content_Type="text/html")
    assert fetch(site.url("/p.jpg?size=2&name=été"), policy=site.reach()) == DATA
    [(_, headers)] = site.asked
    assert headers["Host"] == f"127.0.0.1:{site.port}"
    assert headers["Accept-Encoding"] == "identity"
    assert "Cookie" not in headers


def test_an_answer_in_chunks_is_read_whole(site: Website) -> None:
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(DATA), DATA) for _ in range(2)) + b"0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    site.pages["/p"] = lambda asked: (asked.wfile.write(head + chunked), None)[1]
    assert fetch(site.url("/p"), policy=site.reach()) == DATA * 2


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://localhost/p.jpg", "https://[::1]/", "http://[::ffff:127.0.0.1]/"),
        *(
            "http://169.254.169.254/latest/meta-data/",
            "https://10.0.0.1/p.jpg",
            "http://192.168.1.1/",
            "http://0.0.0.0/",
        ),
        *("http://[fe80::1]/", "http://[fd00::1]/", "http://100.64.0.1/", "http://224.0.0.1/"),
    ],
)
def test_an_address_inside_is_refused_and_never_connected_to(url: str, watch: Watch) -> None:
    error = refused(url)
    assert error.is_final
    assert error.problem == "The address is in a private network."
    assert watch.connections == []


@pytest.mark.parametrize(
    "url",
    [
        *(
            "ftp://example.org/p.jpg",
            "file:///etc/passwd",
            "gopher://example.org/",
            "javascript:x()",
            "data:image/png,A",
        ),
        *("//example.org/p.jpg", "http://", "http://user:secret@example.org/", "http://ex ample.org/", "http://a..b/"),
        *(
            "http://example.org:22/",
            "http://example.org:6379/",
            "https://example.org:8443/",
            "http://example.org:99999/",
        ),
    ],
)
def test_what_is_no_address_of_the_web_is_refused_before_anything_is_looked_up(url: str, watch: Watch) -> None:
    assert refused(url).is_final
    assert (watch.lookups, watch.connections) == ([], [])


def test_a_name_is_looked_up_once_and_the_connection_goes_to_an_address_that_was_found(
    site: Website, watch: Watch
) -> None:
    site.pages["/p"] = body(DATA)
    assert fetch(site.url("/p", host="localhost"), policy=site.reach()) == DATA
    assert watch.lookups == ["localhost"]
    assert "127.0.0.1" in watch.connections
    assert set(watch.connections) <= LOOPBACKS
    assert site.asked[0][1]["Host"] == f"localhost:{site.port}"


def test_a_name_with_one_private_address_among_its_addresses_is_refused(site: Website, watch: Watch) -> None:
    found = {str(a[4][0]) for a in socket.getaddrinfo("localhost", site.port, type=socket.SOCK_STREAM)}
    for admitted in found - {min(found)} or {"192.0.2.1"}:
        watch.connections.clear()
        reach = site.reach()
        only = type(reach)(admits=ip_address(admitted).__eq__, ports=reach.ports)
        with pytest.raises(FetchError, match="private network"):
            fetch(site.url("/p", host="localhost"), policy=only)
        assert watch.connections == []


@pytest.mark.parametrize("number", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(site: Website, number: int) -> None:
    site.pages |= {"/a": status(number, Location="/b/c?d"), "/b/c?d": body(DATA)}
    assert fetch(site.url("/a"), policy=site.reach()) == DATA


@pytest.mark.parametrize(
    "inside",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://[::ffff:10.0.0.1]/",
        "//192.168.0.1/p",
        "file:///etc/passwd",
    ],
)
def test_a_redirect_inside_is_refused(site: Website, inside: str, watch: Watch) -> None:
    site.pages["/a"] = status(302, Location=inside)
    assert refused(site.url("/a"), site).is_final
    assert set(watch.connections) == {"127.0.0.1"}


def test_a_redirect_to_another_port_is_refused(site: Website) -> None:
    with website() as other:
        site.pages["/a"] = status(302, Location=other.url("/p"))
        assert "port" in refused(site.url("/a"), site).problem
        assert other.asked == []


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/für.png", "/f%C3%BCr.png"),
        ("/my picture.png?a=b c", "/my%20picture.png?a=b%20c"),
        (" /plain.png ", "/plain.png"),
        (b"/f\xfcr.png", "/f%FCr.png"),  # no UTF-8
        ("/f%C3%BCr.png", "/f%C3%BCr.png"),
    ],
)
def test_a_redirect_is_followed_as_browsers_do_whatever_is_in_it(
    site: Website, location: str | bytes, path: str
) -> None:
    raw = location if isinstance(location, bytes) else location.encode()
    head = b"HTTP/1.1 302 Found\r\nLocation: " + raw + b"\r\nContent-Length: 0\r\n\r\n"

    def leads_on(asked: Asked) -> None:
        asked.wfile.write(head)

    site.pages |= {"/p": leads_on, path: body(b"x" * 100)}
    assert fetch(site.url("/p"), policy=site.reach()) == b"x" * 100


def test_a_redirect_to_an_invalid_address_is_refused(site: Website) -> None:
    site.pages["/p"] = status(302, Location="http://[x")
    error = refused(site.url("/p"), site)
    assert (error.problem, error.is_final) == ("The address redirects to an invalid address.", True)


def test_no_more_than_three_redirects_are_followed(site: Website) -> None:
    site.pages |= {f"/{n}": status(302, Location=f"/{n + 1}") for n in range(9)}
    site.pages["/3"] = body(DATA)
    assert fetch(site.url("/0"), policy=site.reach()) == DATA
    site.pages["/3"] = status(302, Location="/4")
    assert refused(site.url("/0"), site).is_final
    assert [path for path, _ in site.asked][4:] == ["/0", "/1", "/2", "/3"]


@pytest.mark.parametrize("number", [204, 304, 401, 403, 404, 410, 429, 500, 503])
def test_another_answer_is_told_and_may_be_asked_for_again(site: Website, number: int) -> None:
    site.pages["/p"] = status(number)
    error = refused(site.url("/p"), site)
    assert not error.is_final
    assert str(number) in error.problem


def test_reading_ends_where_it_becomes_too_much_whatever_length_was_announced(site: Website) -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    site.pages["/endless"] = dripping(head, DATA)
    site.pages["/exact"] = body(DATA)
    error = refused(site.url("/endless"), site, max_bytes=len(DATA) * 3)
    assert (error.problem, error.is_final) == ("The file is too large.", True)
    assert fetch(site.url("/exact"), policy=site.reach(max_bytes=len(DATA))) == DATA


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 2"],
    ids=["in its body", "in its headers", "in its first line"],
)
def test_a_site_that_gives_a_byte_now_and_then_is_cut_off(site: Website, head: bytes) -> None:
    site.pages["/p"] = dripping(head, b"0")
    error = refused(site.url("/p"), site, timeout_seconds=0.4)
    assert not error.is_final
    assert "too long" in error.problem


def test_a_site_that_takes_the_connection_and_says_nothing_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        silent = Website(mute.getsockname()[1])
        for scheme in ("http", "https"):
            silent.scheme = scheme  # in the handshake as well
            assert "too long" in refused(silent.url("/p"), silent, timeout_seconds=0.3).problem


def test_a_connection_that_breaks_off_is_not_taken_for_the_end(site: Website) -> None:
    site.pages["/p"] = body(DATA, Content_Length=str(len(DATA) + 1))
    assert not refused(site.url("/p"), site).is_final


def test_an_answer_that_is_no_http_is_told(site: Website) -> None:
    site.pages["/p"] = lambda asked: (asked.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n"), None)[1]
    assert not refused(site.url("/p"), site).is_final


def test_a_site_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = Website(taken.getsockname()[1])
    assert not refused(nobody.url("/p"), nobody).is_final


# --- pages: what else is known about an answer, and what is refused by it --------------------------

PAGE = FetchKind(
    "page", "", accept="text/html", max_bytes=100_000, timeout_seconds=5, content_types=frozenset({"text/html"})
)


def test_an_answer_says_where_it_was_found_in_the_end_and_its_declared_type(site: Website) -> None:
    site.pages |= {"/a": status(302, Location="/b"), "/b": body(b"<p>A", Content_Type="text/html; charset=x")}
    found = fetch_kind(site.url("/a"), kind=PAGE, policy=site.reach())
    assert found[:3] == (site.url("/b"), "text/html; charset=x", b"<p>A")


def test_a_version_that_is_known_is_not_fetched_again(site: Website) -> None:
    dated = "Fri, 20 Nov 2026 06:30:00 GMT"
    site.pages["/a"] = body(b"<p>A", ETag='"7"', Last_Modified=dated)
    found = fetch_kind(site.url("/a"), kind=PAGE, policy=site.reach())
    assert found.validators == Validators('"7"', dated)
    assert not found.is_unchanged
    site.pages["/a"] = status(304, ETag='"7"')
    again = fetch_kind(site.url("/a"), kind=PAGE, policy=site.reach(), known=found.validators)
    assert again.is_unchanged
    headers = site.asked[-1][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"7"', dated)


def test_an_unchanged_answer_that_nobody_asked_for_is_refused(site: Website) -> None:
    site.pages["/a"] = status(304)
    with pytest.raises(FetchError, match="status 304"):
        fetch_kind(site.url("/a"), kind=PAGE, policy=site.reach())


def test_a_known_version_cannot_bring_further_headers(site: Website) -> None:
    site.pages["/a"] = body(b"<p>A")
    with pytest.raises(FetchError):
        fetch_kind(site.url("/a"), kind=PAGE, policy=site.reach(), known=Validators("a\r\nHost: other.example"))
    assert site.asked == []


def test_a_file_of_another_type_is_refused_before_it_is_read(site: Website) -> None:
    site.pages["/p"] = dripping(b"HTTP/1.1 200 OK\r\nContent-Type: Video/MP4; x=y\r\n\r\n", b"0")
    with pytest.raises(FetchError, match="a file of type video/mp4, not to a page") as caught:
        fetch_kind(site.url("/p"), kind=PAGE, policy=site.reach())
    assert caught.value.is_final
    site.pages["/p"] = body(b"<p>A")  # declares no type
    assert fetch_kind(site.url("/p"), kind=PAGE, policy=site.reach()).body == b"<p>A"


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "GZIP"])
def test_a_body_that_was_compressed_unasked_is_read(site: Website, encoding: str) -> None:
    packed = zlib.compress(DATA) if encoding == "deflate" else gzip.compress(DATA)
    site.pages["/p"] = body(packed, Content_Encoding=encoding)
    assert fetch(site.url("/p"), policy=site.reach()) == DATA


def test_a_small_body_that_unpacks_to_much_is_refused(site: Website) -> None:
    site.pages["/p"] = body(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")
    assert refused(site.url("/p"), site, max_bytes=1_000_000).problem == "The file is too large."


@pytest.mark.parametrize("packed", [gzip.compress(DATA)[:-9], b"no gzip", b""])
def test_a_damaged_body_is_refused(site: Website, packed: bytes) -> None:
    site.pages["/p"] = body(packed, Content_Encoding="gzip")
    assert not refused(site.url("/p"), site).is_final


def test_the_status_of_a_refusal_is_known(site: Website) -> None:
    site.pages["/p"] = status(429)
    assert refused(site.url("/p"), site).status == 429


# --- TLS ----------------------------------------------------------------------------------------


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for `name`, and the file of it, to be trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(secret + pem)
    (folder / "certificate.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context, folder / "certificate.pem"


def test_the_certificate_is_checked_by_the_name_although_the_connection_goes_to_an_address(tmp_path: Path) -> None:
    context, trusted = certified(tmp_path, "localhost")
    with website(context) as site:
        site.pages["/p"] = body(DATA)
        reach = site.reach(context=lambda: ssl.create_default_context(cafile=trusted))
        assert fetch(site.url("/p", host="localhost"), policy=reach) == DATA
        with pytest.raises(FetchError, match="no valid certificate"):
            fetch(site.url("/p", host="127.0.0.1"), policy=reach)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context, _ = certified(tmp_path, "localhost")
    with website(context) as site:
        site.pages["/p"] = body(DATA)
        assert "certificate" in refused(site.url("/p", host="localhost"), site).problem
        assert site.asked == []
