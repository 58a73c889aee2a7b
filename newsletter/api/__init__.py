"""HTTP endpoints for machines. Each checks the caller, calls one use case and answers."""
