"""The rules of health: pure functions from readings to one verdict, and the table of the rules."""
