"""What the pretended SendGrid account has: its key, its groups and pools, its senders without proof."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """`key` empty means that every key which is not empty is right.

    `groups` are unsubscribe group ids and `pools` IP pool names that exist; others are refused.
    `unverified` are domains in lower case whose mail is answered with 403, as SendGrid does for
    a sender identity that was not verified. `templates` are ids of templates that exist. Their content is not known
    here: a letter made of one shows its id.
    """

    key: str = ""
    groups: frozenset[int] = frozenset()
    pools: frozenset[str] = frozenset()
    unverified: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
