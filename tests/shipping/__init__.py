"""What leaves this checkout, and the walls that keep it in order."""
