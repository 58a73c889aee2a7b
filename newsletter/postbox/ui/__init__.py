"""Web pages of the simulator: an inbox of what was sent."""
