"""Notices to staff users, by page, email, Slack or signed webhook: each once, to those who may know it."""
