"""The door for machines. Each address checks who speaks, calls one verb, and answers."""
