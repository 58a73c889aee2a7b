"""A local SendGrid simulator and mail catcher: the same API on loopback, with an inbox to look at."""
