"""Helpers shared by all commands: options, output, lookups by name, input files, JSON shapes."""
