"""The postbox as a whole: beside a test in a thread of its own, or alone until a signal ends it."""

import signal
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Self

from newsletter.lib.clock import now as present
from newsletter.postbox.control.control_api import argument, tell
from newsletter.postbox.http_server.listener import Listener
from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.fault_injection import FaultRule
from newsletter.postbox.store import delivery_counts, mailbox_queries, recipient_copies
from newsletter.postbox.store.account import Account
from newsletter.postbox.store.mailbox import LIMIT, Mailbox
from newsletter.postbox.webhook.event_simulation import Manner
from newsletter.postbox.webhook.webhook_sender import Hook
from newsletter.postbox.webhook.webhook_signature import Signer

ANYBODY = Account()
STOP_TELLING = 1.0  # seconds that a post of events under way gets


class Postbox:
    """A postbox in threads of this process; also a context manager. Port 0 takes any free one.

    >>> with Postbox(Path("post.sqlite3")) as postbox:
    ...     postbox.order(do="drop", accept=True)
    ...     ...  # send something to postbox.url
    ...     assert postbox.counts()["accepted"] == 1
    """

    def __init__(
        self,
        file: Path,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        account: Account = ANYBODY,
        clock: Callable[[], datetime] = present,
        limit: int = LIMIT,
        allow_outside: bool = False,
        names: Collection[str] = (),
        events_to: str = "",
        signer: Signer | None = None,
    ) -> None:
        """`limit` is for the bytes of letters kept; `names` are further ones in the Host header that are ours.

        Events are told to the address `events_to`, signed by `signer`; without them nothing is told.
        """
        self._file, self._limit = file, limit
        self._account, self._clock = account, clock
        self._host, self._port = host, port
        self._allow_outside, self._names = allow_outside, frozenset(name.lower() for name in names)
        self._events_to, self._signer = events_to, signer
        self._listener: Listener | None = None
        self._telling: threading.Thread | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Listen and answer; raises `BadSetting` when the port or the file cannot be used."""
        mailbox = Mailbox(self._file, limit=self._limit)
        office = PostboxContext(mailbox, self._account, self._clock, self._names)
        try:
            if self._signer and self._events_to:
                office.hook = Hook(mailbox, url=self._events_to, signer=self._signer, clock=self._clock)
            self._listener = Listener(office, host=self._host, port=self._port, allow_outside=self._allow_outside)
        except BaseException:
            mailbox.close()
            raise
        self._port = self._listener.port
        self._thread = threading.Thread(target=self._listener.run, name="postbox", daemon=True)
        self._thread.start()
        if office.hook:
            self._telling = threading.Thread(
                target=office.hook.run, args=(office.stopping,), name="postbox-events", daemon=True
            )
            self._telling.start()
        return self

    def stop(self) -> None:
        """Close every connection and the file; again does nothing. It can be started anew, at the same port."""
        if self._listener and self._thread:
            self._listener.stop()
            self._thread.join()
            if self._telling:
                self._telling.join(timeout=STOP_TELLING)
            self._listener.context.mailbox.close()
        self._listener = self._thread = self._telling = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def office(self) -> PostboxContext:
        """What it works with; there while it runs."""
        if not self._listener:
            raise RuntimeError("the postbox is not started")
        return self._listener.context

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def url(self) -> str:
        """Its address, such as `http://127.0.0.1:8025`, without a slash at the end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    def order(self, **order: Any) -> FaultRule:
        """Order bad behaviour: the fields of `faults.Order`, such as `do="drop", accept=True, times=3`."""
        return self.office.orders.give(FaultRule.read(order))

    def post_events(self, **manner: Any) -> None:
        """How events are told from now on: the fields of `events.Manner`, such as `shuffle=True, lose=0.1`."""
        if self.office.hook is None:
            raise RuntimeError("the postbox was not told where to post events")
        self.office.hook.manner = Manner.read(manner)

    def clear_orders(self) -> None:
        """Behave well again."""
        self.office.orders.clear()

    def counts(self, *, by: str = "", value: str = "") -> dict[str, Any]:
        """See `counting.counts`."""
        with self.office.mailbox.reading() as reader:
            return delivery_counts.counts(reader, now=self._clock(), by=argument(by), value=value)

    def letters(self, *, most: int = 1000, **where: object) -> list[dict[str, Any]]:
        """Copies in the order of arrival, in full, as `/postbox/letters?full=1` tells them; see `copies.received`."""
        with self.office.mailbox.reading() as reader:
            found = recipient_copies.received(reader, now=self._clock(), where=where, most=most)
            return [tell(one, full=True) for one in found]

    def calls(self) -> list[Mapping[str, Any]]:
        """The calls to mail/send in the order of arrival."""
        with self.office.mailbox.reading() as reader:
            return [dict(row) for row in mailbox_queries.calls(reader, most=100_000)]


def serve(
    *, host: str = "127.0.0.1", port: int, file: Path, ready: Callable[[int], None] | None = None, **more: Any
) -> None:
    """Run a postbox until SIGTERM or SIGINT, then close it within two seconds. Call it in the main thread.

    `ready` is told the port as soon as it listens; `more` goes to `Postbox`.
    """
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with Postbox(file, port, host=host, **more) as postbox:
            if ready:
                ready(postbox.port)
            ended.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
