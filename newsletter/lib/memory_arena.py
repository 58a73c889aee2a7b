"""How the C library shares memory among the threads of a process, and gives it back."""

import ctypes
import gc
from typing import Any

M_ARENA_MAX = -8  # the option's number, from glibc's malloc.h


def use_one_memory_arena() -> None:
    """Make all threads allocate from one arena. Call it before threads start; without glibc it does nothing.

    By default, glibc gives each thread an arena, and each keeps what its thread needed at most. Python lets one thread
    at a time allocate, so several arenas save no time.
    """
    if mallopt := _libc("mallopt"):
        mallopt(M_ARENA_MAX, 1)


def return_unused_memory() -> None:
    """Give memory that is not in use back to the system, after work that needed much; without glibc only collect."""
    gc.collect()
    if malloc_trim := _libc("malloc_trim"):
        malloc_trim(0)


def _libc(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None)
