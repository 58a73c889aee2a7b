"""Work that workers have given up: found, tried again or discarded by a person of ops."""
