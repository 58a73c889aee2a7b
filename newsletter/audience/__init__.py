"""Subscribers, subscriptions, consent and suppressions: who receives emails and who must not."""
