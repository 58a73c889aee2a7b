"""Pages of no single role: sign-in, health check, picture files."""
