"""Donation appeals and gifts: which appeal an email carries, where it stands, who is thanked instead."""
