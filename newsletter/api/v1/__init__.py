"""The API for programs of the newsroom, version 1: one module for each resource (docs/api.md)."""
