"""Whether emails reach inboxes: the DNS records of sending domains, mailbox providers, warm-ups."""
