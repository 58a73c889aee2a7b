"""The simulator's SQLite database: calls, messages, copies for recipients, batch ids."""
