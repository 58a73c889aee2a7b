"""What the transport says became of a call, against far ends that misbehave at an exact byte."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from newsletter.mail.provider_errors import ProviderError, Refused, RetryLater, Uncertain
from newsletter.mail.sendgrid.mail_send_client import Client, _is_stale
from tests.support.waiting import wait_until

BODY = b'{"x":"' + b"y" * 20_000_000 + b'"}'  # larger than what the kernel buffers for a far end that does not read
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: abc\r\nContent-Length: 0\r\n\r\n"


def read_request(far: socket.socket) -> bytes:
    """One whole request: its head and as many bytes as it announces."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := far.recv(65536)):
            return data
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(rest) < length:
        if not (more := far.recv(1_000_000)):
            break
        rest += more
    return head + b"\r\n\r\n" + rest


class FarEnd:
    """A server that handles its n-th connection with the n-th of its habits (the last one for all later)."""

    def __init__(self, *habits: Callable[[socket.socket], None]) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections = 0
        self.habits = habits
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                far, _ = self.listener.accept()
            except OSError:
                return
            habit = self.habits[min(self.connections, len(self.habits) - 1)]
            self.connections += 1
            with far, suppress(OSError):
                habit(far)


@contextmanager
def far_end(*habits: Callable[[socket.socket], None]) -> Iterator[FarEnd]:
    end = FarEnd(*habits)
    try:
        yield end
    finally:
        end.listener.shutdown(socket.SHUT_RDWR)
        end.listener.close()
        end.thread.join(5)


def client(base: str, *, answer_timeout: float = 5) -> Client:
    return Client(key="k", base=base, connect_timeout=2, answer_timeout=answer_timeout)


def answers(*raw: bytes) -> Callable[[socket.socket], None]:
    def habit(far: socket.socket) -> None:
        for answer in raw:
            if not read_request(far):
                return
            far.sendall(answer)
        far.recv(1)

    return habit


def says(status: int, body: bytes = b"", headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), headers, body)


def reset(far: socket.socket) -> None:
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def fate(*habits: Callable[[socket.socket], None], body: bytes = b"{}", answer_timeout: float = 5) -> ProviderError:
    with far_end(*habits) as end:
        sender = client(end.url, answer_timeout=answer_timeout)
        with pytest.raises(ProviderError) as caught:
            sender.send(body)
        sender.close()
        assert end.connections == 1, "a call must never be made twice by the transport"
    return caught.value


def test_a_202_is_a_receipt_with_the_providers_name_for_the_call() -> None:
    with far_end(answers(ACCEPTED)) as end, closing(client(end.url)) as sender:
        receipt = sender.send(b"{}")
    assert (receipt.status, receipt.provider_id) == (202, "abc")


def test_calls_share_a_connection_that_is_kept_alive() -> None:
    with far_end(answers(*[ACCEPTED] * 3)) as end:
        sender = client(end.url)
        for _ in range(3):
            sender.send(b"{}")
        sender.close()
    assert end.connections == 1


def test_a_connection_that_the_far_end_closed_meanwhile_is_not_used_again() -> None:
    def one_then_close(far: socket.socket) -> None:
        read_request(far)
        far.sendall(ACCEPTED)

    with far_end(one_then_close) as end:
        sender = client(end.url)
        sender.send(b"{}")
        wait_until(lambda: _is_stale(sender._idle[0][1]))  # its closing reaches us within microseconds
        assert sender.send(b"{}").status == 202
        sender.close()
    assert end.connections == 2


def test_nobody_listening_is_try_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(RetryLater, match="no connection"):
        client(f"http://127.0.0.1:{port}").send(b"{}")


def test_a_far_end_that_stops_reading_half_way_was_never_fully_asked() -> None:
    def reads_a_little_then_waits(far: socket.socket) -> None:
        far.recv(1000)
        threading.Event().wait(1.5)

    assert isinstance(fate(reads_a_little_then_waits, body=BODY, answer_timeout=0.5), RetryLater)


def test_a_reset_in_the_middle_of_the_body_was_never_fully_asked() -> None:
    def resets_half_way(far: socket.socket) -> None:
        far.recv(1000)
        reset(far)

    assert isinstance(fate(resets_half_way, body=BODY), RetryLater)


def test_silence_after_the_whole_body_is_uncertain() -> None:
    def listens_and_keeps_silent(far: socket.socket) -> None:
        read_request(far)
        far.recv(1)

    assert isinstance(fate(listens_and_keeps_silent, answer_timeout=0.3), Uncertain)


def test_a_close_after_the_whole_body_is_uncertain() -> None:
    def listens_and_leaves(far: socket.socket) -> None:
        read_request(far)

    assert isinstance(fate(listens_and_leaves), Uncertain)


def test_a_reset_after_the_whole_body_is_uncertain() -> None:
    def listens_and_resets(far: socket.socket) -> None:
        read_request(far)
        reset(far)

    assert isinstance(fate(listens_and_resets), Uncertain)


def test_an_answer_that_breaks_off_before_its_head_is_whole_is_uncertain() -> None:
    def breaks_off(far: socket.socket) -> None:
        read_request(far)
        far.sendall(b"HTTP/1.1 20")

    assert isinstance(fate(breaks_off), Uncertain)


def test_a_202_whose_body_breaks_off_is_a_202_and_its_connection_is_not_used_again() -> None:
    def breaks_off(far: socket.socket) -> None:
        read_request(far)
        far.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 50\r\n\r\nhalf")

    with far_end(breaks_off) as end:
        sender = client(end.url)
        assert sender.send(b"{}").status == 202
        assert sender.send(b"{}").status == 202
        sender.close()
    assert end.connections == 2


def test_an_answer_that_is_not_http_is_uncertain() -> None:
    assert isinstance(fate(answers(b"what?\r\n\r\n")), Uncertain)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 200, 201, 402, 407, 408, 409, 410, 412, 416, 418, 423, 450])
def test_no_promise_is_read_into_a_status_that_gives_none(status: int) -> None:
    came = fate(answers(says(status)))
    assert isinstance(came, Uncertain)
    assert came.status == status


@pytest.mark.parametrize("status", [300, 301, 307, 399, 400, 401, 403, 404, 405, 406, 411, 413, 414, 415, 422, 451])
def test_a_documented_refusal_is_refused(status: int) -> None:
    came = fate(answers(says(status)))
    assert isinstance(came, Refused)
    assert came.status == status


def test_a_refusal_that_comes_before_the_body_was_read_is_heard() -> None:
    def refuses_by_the_head(far: socket.socket) -> None:
        far.recv(1000)
        far.sendall(says(413, headers=b"Connection: close\r\n"))
        far.shutdown(socket.SHUT_WR)
        while far.recv(65536):
            pass

    assert isinstance(fate(refuses_by_the_head, body=BODY), Refused)


def test_429_names_its_wait() -> None:
    came = fate(answers(says(429, headers=b"Retry-After: 17\r\n")))
    assert isinstance(came, RetryLater)
    assert came.wait == 17


@pytest.mark.parametrize("header", [b"", b"Retry-After: soon\r\n", b"X-RateLimit-Reset: nan-ish\r\n"])
def test_429_without_a_readable_time_waits_half_a_minute(header: bytes) -> None:
    came = fate(answers(says(429, headers=header)))
    assert isinstance(came, RetryLater)
    assert came.wait == 30


def test_what_the_provider_complains_of_is_told_without_addresses() -> None:
    said = b'{"errors":[{"message":"rita@example.org is wrong","field":"personalizations.0.to.0.email","help":null}]}'
    came = fate(answers(says(400, said)))
    assert "personalizations.0.to.0.email" in str(came)
    assert "rita@" not in str(came)


@pytest.mark.parametrize(
    "said", [b"<html>", b'{"errors":[]}', b'{"errors":[{"message":null}]}', b"[1]", b'{"errors":3}']
)
def test_a_complaint_in_an_unknown_shape_does_not_hide_the_status(said: bytes) -> None:
    assert "HTTP 400" in str(fate(answers(says(400, said))))


def test_the_residency_decides_the_host_and_an_own_base_wins() -> None:
    europe = Client(key="k", residency="eu", connect_timeout=1, answer_timeout=1)
    world = Client(key="k", connect_timeout=1, answer_timeout=1)
    own = Client(key="k", base="http://127.0.0.1:9/prefix/", residency="eu", connect_timeout=1, answer_timeout=1)
    assert (europe._host, europe._secure) == ("api.eu.sendgrid.com", True)
    assert (world._host, world._secure) == ("api.sendgrid.com", True)
    assert (own._host, own._port, own._path) == ("127.0.0.1", 9, "/prefix/v3/mail/send")


@pytest.mark.parametrize("status", [101, 102, 103, 199])
def test_a_status_below_200_is_uncertain_and_what_follows_it_is_not_the_answer_to_the_next_call(status: int) -> None:
    def hints_then_answers_late(far: socket.socket) -> None:
        read_request(far)
        far.sendall(b"HTTP/1.1 %d Wait\r\nLink: </x>\r\n\r\n" % status)
        if read_request(far):
            far.sendall(ACCEPTED)

    with far_end(hints_then_answers_late, answers(says(400))) as end, closing(client(end.url)) as sender:
        with pytest.raises(Uncertain):
            sender.send(b'{"call":1}')
        with pytest.raises(Refused):
            sender.send(b'{"call":2}')
    assert end.connections == 2


def test_a_408_for_an_idle_connection_that_comes_in_the_middle_of_a_call_is_not_its_answer() -> None:
    said = threading.Event()

    def grows_tired_of_waiting(far: socket.socket) -> None:
        read_request(far)
        far.sendall(ACCEPTED)
        far.recv(100)  # the next call is on its way while this is said
        far.sendall(says(408))
        said.set()
        read_request(far)

    with far_end(grows_tired_of_waiting, answers(ACCEPTED)) as end, closing(client(end.url)) as sender:
        sender.send(b"{}")
        with pytest.raises(RetryLater, match="not sent"):
            sender.send(b'{"call":2}', may_finish=lambda: said.wait(5))
        assert sender.send(b'{"call":3}').status == 202
    assert end.connections == 2


def test_after_a_408_nothing_more_is_read_from_its_connection() -> None:
    with far_end(answers(says(408), ACCEPTED), answers(says(400))) as end, closing(client(end.url)) as sender:
        with pytest.raises(Uncertain):
            sender.send(b'{"call":1}')
        with pytest.raises(Refused):
            sender.send(b'{"call":2}')
    assert end.connections == 2


def test_a_host_that_no_machine_can_have_is_try_later() -> None:
    with pytest.raises(RetryLater, match="no connection"):
        client("http://a..b").send(b"{}")
