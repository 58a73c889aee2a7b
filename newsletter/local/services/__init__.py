"""The services of `newsletter run` and the Redis server they use."""
