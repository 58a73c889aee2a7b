"""Pictures of stories and brands: fetched or uploaded, re-encoded, stored by content hash, never hot-linked."""
