"""Comments of staff on stories and editions: threads, mentions of colleagues, and requests to a team."""
