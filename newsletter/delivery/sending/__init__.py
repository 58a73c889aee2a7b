"""Claim a batch, call the provider, record what it answered."""
