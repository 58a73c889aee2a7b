"""The simulated SendGrid account: its API key, groups, pools, templates and unverified senders."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """An empty `key` means that any key is accepted except an empty one.

    `groups` are ids of unsubscribe groups, `pools` names of IP pools and `templates` ids of templates that exist;
    others are refused. The content of templates is unknown here: a letter made of one shows its id. `unverified` are
    domains in lower case whose mail gets 403, as SendGrid answers for a sender identity that is not verified.
    """

    key: str = ""
    groups: frozenset[int] = frozenset()
    pools: frozenset[str] = frozenset()
    unverified: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
