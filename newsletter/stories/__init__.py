"""What curators queue: stories, their order, and how they are brought in."""
