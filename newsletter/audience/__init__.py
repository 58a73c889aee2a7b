"""Who hears from us and who must not: subscribers, subscriptions, suppressions."""
