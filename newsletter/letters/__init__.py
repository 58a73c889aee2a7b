"""What the email of an edition says and looks like: rendering, preflight, freezing under a content hash."""
