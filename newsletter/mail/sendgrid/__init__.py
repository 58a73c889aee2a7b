"""The only package that knows SendGrid: requests, responses, events."""
