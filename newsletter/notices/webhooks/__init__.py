"""Webhooks: set up by people, filled with notices, called one at a time with retries."""
