"""Pages for administrators: users, their roles, invitations."""
