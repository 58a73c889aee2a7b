"""A local SendGrid: the same API on loopback, which keeps the letters and shows them like a mailbox."""
