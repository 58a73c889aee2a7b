"""The command line. A command parses its arguments, calls one use case and prints the result.

Data goes to stdout; notes and questions go to stderr. With --json a command prints the shapes of `json_shapes.py`.
"""
