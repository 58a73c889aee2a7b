"""A local SendGrid simulator and mail catcher: the same API on loopback, with a web inbox."""
