"""A letter and how it leaves: plain Python, no models."""
