"""Web pages: the desk, ops pages, and the pages behind readers' links."""
