"""Donation appeals and gifts: which appeal an email contains, where, and which readers see a thank-you instead."""
