"""The DNS records by which mailbox providers judge a sending domain: looked up, and what to change in plain words."""
