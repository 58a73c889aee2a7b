"""A port for a server of the tests' own."""

import socket


def free_port() -> int:
    """A port of loopback that nobody had a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
