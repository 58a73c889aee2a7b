"""A fictional newsroom for the first start."""
