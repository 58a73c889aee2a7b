"""Pages for curators and editors: story queue, editions, templates, gifts."""
