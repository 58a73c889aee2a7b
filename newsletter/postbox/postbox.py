"""The postbox as a whole: in threads beside a test, or alone until a signal."""

import signal
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Self

from newsletter.lib.clock import now as present
from newsletter.postbox.control.control_api import argument, copy_to_json
from newsletter.postbox.http_server.listener import Listener
from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.fault_injection import FaultRule
from newsletter.postbox.store import delivery_counts, mailbox_queries, recipient_copies
from newsletter.postbox.store.account import Account
from newsletter.postbox.store.mailbox import MAX_STORED_BYTES, Mailbox
from newsletter.postbox.webhook.event_simulation import EventBehaviour
from newsletter.postbox.webhook.webhook_sender import WebhookSender
from newsletter.postbox.webhook.webhook_signature import WebhookSigner

DEFAULT_ACCOUNT = Account()
WEBHOOK_GRACE_SECONDS = 1.0  # for a post of events that is in progress


class Postbox:
    """A postbox in threads of this process; also a context manager. Port 0 means any free port.

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
        account: Account = DEFAULT_ACCOUNT,
        clock: Callable[[], datetime] = present,
        limit: int = MAX_STORED_BYTES,
        allow_outside: bool = False,
        names: Collection[str] = (),
        events_to: str = "",
        signer: WebhookSigner | None = None,
    ) -> None:
        """`limit` is the maximum of stored letters in bytes; `names` are further host names that are allowed.

        Events are posted to the URL `events_to`, signed by `signer`; without these there are no events.
        """
        self._file, self._limit = file, limit
        self._account, self._clock = account, clock
        self._host, self._port = host, port
        self._allow_outside, self._names = allow_outside, frozenset(name.lower() for name in names)
        self._events_to, self._signer = events_to, signer
        self._listener: Listener | None = None
        self._webhook_thread: threading.Thread | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Start listening. Raises `BadSetting` when the port or the file cannot be used."""
        mailbox = Mailbox(self._file, limit=self._limit)
        context = PostboxContext(mailbox, self._account, self._clock, self._names)
        try:
            if self._signer and self._events_to:
                context.webhook = WebhookSender(mailbox, url=self._events_to, signer=self._signer, clock=self._clock)
            self._listener = Listener(context, host=self._host, port=self._port, allow_outside=self._allow_outside)
        except BaseException:
            mailbox.close()
            raise
        self._port = self._listener.port
        self._thread = threading.Thread(target=self._listener.run, name="postbox", daemon=True)
        self._thread.start()
        if context.webhook:
            self._webhook_thread = threading.Thread(
                target=context.webhook.run, args=(context.stopping,), name="postbox-events", daemon=True
            )
            self._webhook_thread.start()
        return self

    def stop(self) -> None:
        """Close every connection and the file. Does nothing when stopped. It can be started again, at the same port."""
        if self._listener and self._thread:
            self._listener.stop()
            self._thread.join()
            if self._webhook_thread:
                self._webhook_thread.join(timeout=WEBHOOK_GRACE_SECONDS)
            self._listener.context.mailbox.close()
        self._listener = self._thread = self._webhook_thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def context(self) -> PostboxContext:
        """The shared state of the server, while it runs."""
        if not self._listener:
            raise RuntimeError("the postbox is not started")
        return self._listener.context

    @property
    def port(self) -> int:
        """The port."""
        return self._port

    @property
    def url(self) -> str:
        """The base URL, such as `http://127.0.0.1:8025`, without a slash at the end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    def order(self, **fields: Any) -> FaultRule:
        """Inject a fault: the fields of `FaultRule`, such as `do="drop", accept=True, times=3`."""
        return self.context.faults.add(FaultRule.read(fields))

    def post_events(self, **behaviour: Any) -> None:
        """Set how events are posted: the fields of `EventBehaviour`, such as `shuffle=True, lose=0.1`."""
        if self.context.webhook is None:
            raise RuntimeError("the postbox has no events_to")
        self.context.webhook.behaviour = EventBehaviour.read(behaviour)

    def clear_orders(self) -> None:
        """Remove all faults."""
        self.context.faults.clear()

    def counts(self, *, by: str = "", value: str = "") -> dict[str, Any]:
        """See `delivery_counts.counts`."""
        with self.context.mailbox.reading() as reader:
            return delivery_counts.counts(reader, now=self._clock(), by=argument(by), value=value)

    def letters(self, *, limit: int = 1000, **where: object) -> list[dict[str, Any]]:
        """Return copies in the order of arrival, as `/postbox/letters?full=1` does; see `recipient_copies.received`."""
        with self.context.mailbox.reading() as reader:
            found = recipient_copies.received(reader, now=self._clock(), where=where, limit=limit)
            return [copy_to_json(one, full=True) for one in found]

    def calls(self) -> list[Mapping[str, Any]]:
        """Return the calls to mail/send in the order of arrival."""
        with self.context.mailbox.reading() as reader:
            return [dict(row) for row in mailbox_queries.calls(reader, limit=100_000)]


def serve(
    *, host: str = "127.0.0.1", port: int, file: Path, ready: Callable[[int], None] | None = None, **more: Any
) -> None:
    """Run a postbox until SIGTERM or SIGINT, then close it within two seconds. Call it in the main thread.

    `ready` is called with the port as soon as it listens; `more` are arguments of `Postbox`.
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
