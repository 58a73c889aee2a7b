"""The provider's events: webhook posts are stored, processed later and merged into outcomes of readers."""
