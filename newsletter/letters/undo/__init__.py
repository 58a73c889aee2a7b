"""Undo what somebody did on the desk, for twelve hours: each kind of act gets the values that it had before.

An act is undone only while what it made still stands; otherwise `InvalidState` says what has happened since.
"""
