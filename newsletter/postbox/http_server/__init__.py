"""The simulator's HTTP server on sockets, so that connections can be cut, reset and left hanging."""
