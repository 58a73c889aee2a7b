"""What readers can subscribe to, and when an edition of it is due."""
