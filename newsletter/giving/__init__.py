"""Asking for donations: appeals, which one to choose and where it may stand."""
