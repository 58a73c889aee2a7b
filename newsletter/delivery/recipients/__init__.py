"""Who is in a batch at the moment of its call, and their personal links."""
