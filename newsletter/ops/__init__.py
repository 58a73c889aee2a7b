"""Is the house all right? Readings of the worker queues, and what they mean."""
