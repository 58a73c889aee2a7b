"""The ground floor: time, tokens, links, errors. Knows nothing of newsletters."""
