"""Pages for audience managers: find a reader, everything about one reader, sign-up pages."""
