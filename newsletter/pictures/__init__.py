"""Pictures of stories and brands: fetched or uploaded, made fit for letters, kept by content, never hot-linked."""
