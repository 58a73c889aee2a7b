"""Tokens of the API: what each permits, how many requests it may make, and the replies that are kept for repeats."""
