"""Control API of the simulator: inject faults, simulate events, read what was sent."""
