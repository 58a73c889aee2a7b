"""What the tests stand on: a browser, servers of their own, a closed network, a small cast."""
