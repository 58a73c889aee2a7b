"""Everything that one postbox has at hand while it answers."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.postbox.requests.fault_injection import Orders
from newsletter.postbox.store.account import Account
from newsletter.postbox.store.mailbox import Mailbox
from newsletter.postbox.webhook.webhook_sender import Hook


@dataclass
class PostboxContext:
    """`hosts` are the names it may be called by in the Host header, besides those of loopback.

    `stopping` is set when it closes: whoever waits, waits on it. `hook` is there when events are told.
    """

    mailbox: Mailbox
    account: Account
    clock: Callable[[], datetime]
    hosts: frozenset[str] = frozenset()
    orders: Orders = field(default_factory=Orders)
    stopping: threading.Event = field(default_factory=threading.Event)
    hook: Hook | None = None
