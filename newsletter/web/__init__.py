"""The door for people: pages of the desk, the ops page, and the pages that readers' links open."""
