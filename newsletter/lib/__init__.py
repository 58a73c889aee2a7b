"""Ground floor: time, tokens, links, files, errors. Knows nothing of newsletters."""
