"""General helpers for time, tokens, URLs, files and errors. Nothing here knows about newsletters."""
