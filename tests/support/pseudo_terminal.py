"""A terminal for a program that asks whether it has one."""

import os

import pytest


def open_terminal() -> tuple[int, int]:
    """Our end and the program's. A test on a machine without /dev/pts is skipped, with the reason."""
    try:
        return os.openpty()
    except OSError as error:
        pytest.skip(f"this machine gives no terminals ({error.strerror}); mount /dev/pts")
