"""Asking for donations, and thanking for them: appeals, which one to choose, where it may stand; gifts."""
