"""Links of emails, looked up by workers: does a page answer, and has it moved? Results are kept for hours."""
