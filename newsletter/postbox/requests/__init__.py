"""What handlers of the simulator share: requests, replies, state, injected faults."""
