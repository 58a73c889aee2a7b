"""The pages of one's own account: profile, password, second factor, sessions."""
