"""Pictures of stories and logos: fetched or uploaded, re-encoded, stored by content hash, never hot-linked."""
