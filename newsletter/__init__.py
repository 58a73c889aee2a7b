"""A newsletter curation and sending service."""

__version__ = "0.1.0"
