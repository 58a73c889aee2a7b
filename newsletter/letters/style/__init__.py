"""Colours and font stacks of an email, made from a publication's brand."""
