"""The command line: one file a subject. A command parses, calls one verb of a room, and prints.

Data goes to stdout, talk to stderr. With --json a command prints the shapes of `json_shapes.py`.
"""
