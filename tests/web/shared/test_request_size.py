"""How much a request may hold: nobody fills the machine, whether signed in or not."""

import io

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from newsletter import settings as written
from newsletter.web.shared.request_size import CHUNK_BYTES, MAX_BODY_BYTES, SizeMiddleware
from newsletter.web.shared.security_headers import PAGE
from tests.web.asking import words


class Endless(io.RawIOBase):
    """A body without end, which must be read in pieces."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert 0 < size <= CHUNK_BYTES
        return bytes(size)


def said(path: str = "/sign-in/", *, length: object = "", **more: object) -> tuple[int, str]:
    kind = "multipart/form-data; boundary=x"
    headers = {"CONTENT_LENGTH": str(length), "wsgi.input": Endless(), "CONTENT_TYPE": kind}
    answer = Client(enforce_csrf_checks=True).generic("POST", path, b"", **headers, **more)  # type: ignore[arg-type] # WSGI's own
    assert not answer.cookies
    return answer.status_code, words(answer)


@pytest.mark.parametrize("path", ["/sign-in/", "/desk/morning/gifts/", "/nowhere", "/webhooks/sendgrid"])
def test_nobody_sends_more_than_we_have_room_for_and_it_is_not_kept(path: str) -> None:
    status, sentence = said(path, length=MAX_BODY_BYTES + 1)
    assert status == 413
    assert "You can upload up to 25 MB at once." in sentence


def test_what_is_larger_than_anybody_sends_by_mistake_is_not_read_at_all() -> None:
    status, _ = said(length=10**12)  # reading that would not end
    assert status == 413


def test_a_body_that_does_not_say_how_large_it_is_is_refused() -> None:
    assert said(HTTP_TRANSFER_ENCODING="chunked") == (411, "Content-Length is required")


def test_whatever_is_smaller_goes_on_and_so_does_a_request_without_a_body() -> None:
    def next_one(_: HttpRequest) -> HttpResponse:
        return HttpResponse("next")

    for length in ("", "0", str(MAX_BODY_BYTES), "none"):
        request = RequestFactory().get("/", CONTENT_LENGTH=length)
        assert SizeMiddleware(next_one)(request).status_code == 200


def test_the_page_has_our_policy_and_stands_before_whatever_reads_bodies() -> None:
    answer = Client().generic("POST", "/", b"", CONTENT_LENGTH=str(MAX_BODY_BYTES + 1))
    assert answer["Content-Security-Policy"] == PAGE
    order = [name.rpartition(".")[2] for name in written.MIDDLEWARE]
    assert order.index("SizeMiddleware") < order.index("SessionMiddleware") < order.index("CsrfViewMiddleware")
