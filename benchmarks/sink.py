"""A far end that takes every letter: HTTP on loopback, one thread, no parsing beyond what counting needs.

It answers 202 with an X-Message-Id, at once or after a latency that holds nobody else up, and keeps
count in a file that others map into their memory: looking costs it nothing. The recipients of each
call are put aside as they stand in the body; whether all of them are different is found out when
somebody asks, after the run.

    GET /summary            what came in since the last reset, as JSON
    POST /reset?latency=150 forget all of it; answer after so many milliseconds from now on
"""

import argparse
import heapq
import json
import mmap
import re
import selectors
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

# An address of the bench's readers, and the number in it; spaces as other programs write JSON.
READER = re.compile(rb'"email": ?"r(\d+)@')
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
PROGRESS = struct.Struct("=QQdd")  # calls, recipients, first and last answer in Unix seconds
ROOM = 1 << 20  # bytes of a buffer at first; it grows when a body needs more


class Progress(NamedTuple):
    """How far it is. `first` and `last` are when a call was answered, in Unix seconds; 0 before there was one."""

    calls: int
    recipients: int
    first: float
    last: float


class Watch:
    """Looks at a sink's count without asking the sink."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as opened:
            self._map = mmap.mmap(opened.fileno(), PROGRESS.size, access=mmap.ACCESS_READ)

    def now(self) -> Progress:
        return Progress(*PROGRESS.unpack_from(self._map))


class Caller:
    """One connection: what has come in of the present request."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = bytearray(ROOM)
        self.have = 0  # bytes in the buffer
        self.head = 0  # where the body begins; 0 while the head is not complete
        self.need = 0  # head and body together


class Sink:
    """Serves until it is told to end."""

    def __init__(self, port: int, progress: Path) -> None:
        progress.write_bytes(bytes(PROGRESS.size))
        with progress.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), PROGRESS.size)
        self._listener = socket.create_server(("127.0.0.1", port), backlog=256)
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._answers: list[tuple[float, int, Caller]] = []  # those that wait for their time
        self._latency = 0.0
        self._reset()

    def serve(self) -> None:
        while True:
            pause = max(0.0, self._answers[0][0] - time.monotonic()) if self._answers else None
            for key, _ in self._selector.select(pause):
                if key.data is None:
                    self._accept()
                else:
                    self._read(key.data)
            while self._answers and self._answers[0][0] <= time.monotonic():
                self._accepted(heapq.heappop(self._answers)[2])

    def _reset(self) -> None:
        self._calls = self._recipients = self._bytes = 0
        self._first = self._last = 0.0
        self._told: list[bytes] = []
        self._began = time.process_time()
        self._note()

    def _note(self) -> None:
        PROGRESS.pack_into(self._map, 0, self._calls, self._recipients, self._first, self._last)

    def _accept(self) -> None:
        sock, _ = self._listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(sock, selectors.EVENT_READ, Caller(sock))

    def _read(self, caller: Caller) -> None:
        if caller.have == len(caller.buffer):
            caller.buffer.extend(bytes(len(caller.buffer)))
        try:
            with memoryview(caller.buffer) as view:
                got = caller.sock.recv_into(view[caller.have :])
        except OSError:
            got = 0
        if not got:
            self._selector.unregister(caller.sock)
            caller.sock.close()
            return
        caller.have += got
        if not caller.head:
            end = caller.buffer.find(b"\r\n\r\n", 0, caller.have)
            if end < 0:
                return
            caller.head = end + 4
            length = LENGTH.search(caller.buffer, 0, end)
            caller.need = caller.head + (int(length[1]) if length else 0)
            if caller.need > len(caller.buffer):
                caller.buffer.extend(bytes(caller.need - len(caller.buffer)))
        if caller.have >= caller.need:
            self._take(caller)

    def _take(self, caller: Caller) -> None:
        """A whole request is there."""
        method, target = bytes(caller.buffer[: caller.buffer.index(b"\r")]).split(b" ")[:2]
        if target.startswith((b"/summary", b"/reset")):
            self._control(caller, method, target.decode())
            return
        numbers = READER.findall(caller.buffer, caller.head, caller.need)
        self._calls += 1
        self._recipients += len(numbers)
        self._bytes += caller.need - caller.head
        self._told.append(b",".join(numbers))
        if self._latency:
            heapq.heappush(self._answers, (time.monotonic() + self._latency, self._calls, caller))
        else:
            self._accepted(caller)

    def _accepted(self, caller: Caller) -> None:
        self._answer(caller, 202, b"", f"X-Message-Id: bench-{self._calls}\r\n".encode())
        self._last = time.time()
        self._first = self._first or self._last
        self._note()

    def _control(self, caller: Caller, method: bytes, target: str) -> None:
        if method == b"POST":
            self._latency = float(parse_qs(urlsplit(target).query).get("latency", ["0"])[0]) / 1000
            self._reset()
            self._answer(caller, 200, b"{}")
            return
        cpu = time.process_time() - self._began  # before the counting, which is not part of the run
        numbers = [int(n) for told in self._told for n in told.split(b",") if n]
        summary = {
            "calls": self._calls,
            "recipients": self._recipients,
            "unique": len(set(numbers)),
            "bytes": self._bytes,
            "first": self._first,
            "last": self._last,
            "cpu": cpu,
        }
        self._answer(caller, 200, json.dumps(summary).encode())

    def _answer(self, caller: Caller, status: int, body: bytes, header: bytes = b"") -> None:
        """Say it, and be ready for the connection's next request. Nobody here sends two at once."""
        caller.have = caller.head = caller.need = 0
        head = b"HTTP/1.1 %d OK\r\n%sContent-Length: %d\r\n\r\n" % (status, header, len(body))
        try:
            caller.sock.sendall(head + body)
        except OSError:
            self._selector.unregister(caller.sock)
            caller.sock.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Take letters over HTTP and count them.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--progress", type=Path, required=True, help="the file that holds the count")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    Sink(given.port, given.progress).serve()


if __name__ == "__main__":
    main()
