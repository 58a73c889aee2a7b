"""Runs the whole house on one machine: a broker, the postbox, the web server, workers and the beat."""
