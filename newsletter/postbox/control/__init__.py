"""Control API of the simulator: order faults, simulate events, read what was sent."""
