"""The state that all requests to one postbox share."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.postbox.requests.fault_injection import FaultRules
from newsletter.postbox.store.account import Account
from newsletter.postbox.store.mailbox import Mailbox
from newsletter.postbox.webhook.webhook_sender import WebhookSender


@dataclass
class PostboxContext:
    """`hosts` are the names allowed in the Host header besides those of loopback.

    `stopping` is set when the postbox closes, and every wait ends then. `webhook` is set when events are posted.
    """

    mailbox: Mailbox
    account: Account
    clock: Callable[[], datetime]
    hosts: frozenset[str] = frozenset()
    faults: FaultRules = field(default_factory=FaultRules)
    stopping: threading.Event = field(default_factory=threading.Event)
    webhook: WebhookSender | None = None
