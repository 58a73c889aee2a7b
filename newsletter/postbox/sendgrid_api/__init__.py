"""The SendGrid endpoints that the simulator answers."""
