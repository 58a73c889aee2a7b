"""What readers can subscribe to, and the schedule of its editions."""
