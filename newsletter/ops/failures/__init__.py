"""Unexpected errors: recorded without arguments and addresses, and grouped by exception and place."""
