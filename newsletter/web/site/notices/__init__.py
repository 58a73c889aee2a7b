"""Pages of notices: those of a person, what they chose, and webhooks."""
