"""One email message and how it is sent. Plain Python without models."""
