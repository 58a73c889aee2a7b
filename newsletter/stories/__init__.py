"""The story queue: stories, their order, and how they are added."""
