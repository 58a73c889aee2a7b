"""Is the system healthy? Readings of worker queues and the rules that judge them."""
