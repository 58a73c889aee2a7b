"""Staff users: roles, permissions, closing accounts, session expiry."""
