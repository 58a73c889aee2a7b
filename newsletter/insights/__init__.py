"""What came back: posts of the provider's events, kept, understood later, and joined into outcomes."""
