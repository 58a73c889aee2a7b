"""Readers: who hears from us and who must not."""
