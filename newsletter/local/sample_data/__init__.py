"""A fictional newsroom, so that the first start has something to show."""
