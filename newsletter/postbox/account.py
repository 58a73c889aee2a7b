"""What the pretended SendGrid account has: its key, its groups and pools, its senders without proof."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """`key` empty means that every key which is not empty is right.

    `groups` are unsubscribe group ids and `pools` IP pool names that exist; others are refused.
    `unverified` are domains in lower case whose mail is answered with 403, as SendGrid does for
    a sender identity that was not verified. There are no templates: any `template_id` is refused.
    """

    key: str = ""
    groups: frozenset[int] = frozenset()
    pools: frozenset[str] = frozenset()
    unverified: frozenset[str] = frozenset()
