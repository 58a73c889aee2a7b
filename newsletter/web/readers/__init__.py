"""Pages behind readers' personal links: unsubscribe, preferences, web version."""
