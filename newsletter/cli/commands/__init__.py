"""The commands of `newsletter`, one module a subject."""
